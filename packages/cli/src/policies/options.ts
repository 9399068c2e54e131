import { Argument, Option } from 'commander';

/** What every command about policies takes. */
export function policyFilesArgument(): Argument {
  return new Argument(
    '<file...>',
    'files of RuntimePolicy, RuleSet and NotificationChannel objects, and folders of them; - for standard input',
  );
}

/** `--rules FILE...`: where rules come from, besides RuleSets. */
export function rulesOption(): Option {
  return new Option(
    '-r, --rules <file...>',
    'rule files, and folders of them, that policies choose from',
  ).default([], 'those that RuleSets and the folders of policies hold');
}
