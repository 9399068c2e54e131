import { readStructured } from '../effective/apiserver.ts';
import { formatSettingValue } from '../effective/settings.ts';
import { objectsAt } from '../node/yaml.ts';
import { auditLevelOf, KEY_CONCERNS, SUGGESTED_POLICY } from './audit-policy.ts';
import {
  type Check,
  type Decision,
  fail,
  instanceOf,
  pass,
  type Rule,
  type Subject,
  settingOf,
  unknown,
} from './check.ts';
import { cis, MITRE, NSA, OWASP } from './mappings.ts';
import { settingEvidence, textOf } from './rules.ts';

const component = 'kube-apiserver';
const POLICY_FILE = '/etc/kubernetes/pki/seawall/audit-policy.yaml';

/** People should sign in by other means; only the site can say what they do, and the flags must not belie it. */
function peopleDoNotUse(means: string, called: string): Rule {
  const how = `the site file says how people sign in, ${called} is not among it, and the API server is set up for it`;
  return {
    how,
    decide(subject) {
      const said = subject.site.values.usersSignInWith;
      if (said === undefined) return unknown('values.usersSignInWith in the site file (--site)');
      const evidence = [{ what: 'usersSignInWith', value: said.join(','), origin: 'the site file' }];
      if (said.includes(means)) return fail(`people sign in with ${called}`, evidence);
      const lacking = lackingSetup(subject, said);
      return lacking === undefined ? pass(how, evidence) : { ...lacking, evidence };
    },
    fix: () => [
      {
        kind: 'advice',
        text: 'give people OIDC (--authentication-config or --oidc-issuer-url) and name it in the site file',
      },
    ],
  };
}

function lackingSetup(subject: Subject, said: readonly string[]): Decision | undefined {
  const structured = settingOf(subject, 'authentication-config');
  if (structured.kind === 'unknown') return unknown(structured.missing);
  const hasStructured = textOf(subject, 'authentication-config') !== undefined;
  if (said.includes('oidc') && !hasStructured && textOf(subject, 'oidc-issuer-url') === undefined) {
    return fail('the site file says that people sign in with OIDC, but no issuer is set on the API server');
  }
  if (said.includes('webhook') && textOf(subject, 'authentication-token-webhook-config-file') === undefined) {
    return fail(
      'the site file says that people sign in through a webhook, but none is set on the API server',
    );
  }
  return undefined;
}

function judgePolicy(how: string, judge: (policy: unknown, path: string) => string | undefined): Rule {
  return {
    how,
    decide(subject) {
      const state = settingOf(subject, 'audit-policy-file');
      if (state.kind === 'unknown') return unknown(state.missing);
      const evidence = [settingEvidence(state.setting)];
      if (state.setting.value === undefined)
        return fail('audit-policy-file is not set: nothing is logged', evidence);
      const path = formatSettingValue(state.setting.value);
      const document = readStructured(instanceOf(subject), path);
      if (document.kind !== 'found') {
        return unknown(
          `${path} (${document.kind === 'unreadable' ? document.reason : 'does not exist'})`,
          evidence,
        );
      }
      const wrong = judge(document.value, path);
      return wrong === undefined ? pass(how, evidence) : fail(wrong, evidence);
    },
    fix: () => [
      { kind: 'write', path: POLICY_FILE, text: SUGGESTED_POLICY },
      { kind: 'set', setting: 'audit-policy-file', value: POLICY_FILE },
      { kind: 'mount', path: '/etc/kubernetes/pki/seawall', isReadOnly: true },
    ],
  };
}

/** CIS section 3: how people sign in, and what is logged. */
export const controlPlaneChecks: readonly Check[] = [
  {
    id: 'users-no-client-certificates',
    component,
    title: 'People do not sign in with client certificates',
    why: 'A certificate cannot be taken back before it expires, and it carries its groups with it.',
    severity: 'medium',
    rule: peopleDoNotUse('client-certificate', 'client certificates'),
    cis: cis('3.1.1'),
    nsa: NSA.access,
    owasp: OWASP.authentication,
    mitre: [MITRE.validAccounts],
  },
  {
    id: 'users-no-service-account-tokens',
    component,
    title: 'People do not sign in with service account tokens',
    why: 'Service accounts are for programs: shared by people, nobody can say who it was.',
    severity: 'medium',
    rule: peopleDoNotUse('service-account-token', 'service account tokens'),
    cis: cis('3.1.2'),
    nsa: NSA.access,
    owasp: OWASP.authentication,
    mitre: [MITRE.validAccounts],
  },
  {
    id: 'users-no-bootstrap-tokens',
    component,
    title: 'People do not sign in with bootstrap tokens',
    why: 'They are for joining nodes, and their secrets lie in kube-system for whoever may read there.',
    severity: 'medium',
    rule: peopleDoNotUse('bootstrap-token', 'bootstrap tokens'),
    cis: cis('3.1.3'),
    nsa: NSA.access,
    owasp: OWASP.authentication,
    mitre: [MITRE.validAccounts],
  },
  {
    id: 'audit-policy',
    component,
    title: 'There is an audit policy',
    why: 'Without a policy the API server logs nothing, even where a log path is set.',
    severity: 'high',
    rule: judgePolicy('audit-policy-file names a policy with a rule that logs', (policy, path) => {
      const levels = objectsAt(policy, ['rules']).map(({ level }) => String(level));
      return levels.some((level) => level !== 'None') ? undefined : `${path} has no rule that logs anything`;
    }),
    cis: cis('3.2.1'),
    nsa: NSA.audit,
    owasp: OWASP.logging,
    mitre: [MITRE.impairDefenses],
  },
  {
    id: 'audit-policy-coverage',
    component,
    title: 'The audit policy covers what matters',
    why: 'Use of secrets, changes of pods and deployments, exec, port forwarding and proxies are what break-ins are made of.',
    severity: 'medium',
    rule: judgePolicy(
      'the policy logs each key concern, and no contents of secrets, config maps and token reviews',
      (policy, path) => {
        const unlogged = KEY_CONCERNS.filter((concern) => auditLevelOf(policy, concern) === 'None');
        if (unlogged.length > 0) return `${path} does not log ${unlogged.map(({ why }) => why).join(', ')}`;
        const spilled = KEY_CONCERNS.filter(
          (concern) => concern.isSecret === true && auditLevelOf(policy, concern) !== 'Metadata',
        );
        return spilled.length === 0
          ? undefined
          : `${path} puts the contents of ${spilled.map(({ why }) => why).join(', ')} into the log`;
      },
    ),
    cis: cis('3.2.2'),
    nsa: NSA.audit,
    owasp: OWASP.logging,
  },
];
