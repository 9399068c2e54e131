import { isSeawallError, type SeawallError } from '@seawall/base';
import type { ConditionErrorCode } from '../condition/errors.ts';
import { parseCondition } from '../condition/parse.ts';
import type { ShareText } from '../condition/scanner.ts';
import { allOperators, type Condition, type Position, transformerNames } from '../condition/tree.ts';
import { contextOfCondition, type ItemContext } from '../load/context.ts';
import { failLoading } from '../load/message.ts';
import type { TracedText } from '../load/traced-text.ts';
import { plainWording } from './check-condition.ts';

/**
 * Parses a condition whose lists are written out.
 * @param share gives equal texts in trees as one.
 * @throws the load error that says where in the rule file it breaks off (see failLoading).
 */
export function parseTraced(text: TracedText, context: ItemContext, share: ShareText): Condition {
  try {
    return parseCondition(text.text, { share });
  } catch (error) {
    if (!isSeawallError(error)) throw error;
    const position = error.details as unknown as Position;
    const offending = String(error.details.text ?? '');
    return failLoading({
      code: 'LOAD_ERR_COMPILE_CONDITION',
      message: falcoWording(error),
      plain: plainWording(error.message),
      context: contextOfCondition(position, text.text, text, context),
      hint: offending === ',' ? "put the name of a list in parentheses: 'FIELD in (LIST)'" : undefined,
      length: Math.max(1, offending.length),
    });
  }
}

const transformers = transformerNames.map((name) => `'${name}'`).join(', ');

/** What Falco says where the parser stops. */
function falcoWording(error: SeawallError): string {
  const code = error.code.replace('rules/', '') as ConditionErrorCode;
  const {
    after,
    limit,
    escape: wrong = '',
  } = error.details as {
    after?: string;
    limit?: number;
    escape?: string;
  };
  const wordings: Partial<Record<ConditionErrorCode, string>> = {
    CONDITION_EMPTY: 'filter input string is empty',
    CONDITION_TOO_DEEP: `exceeded max depth limit of ${limit}`,
    CONDITION_CONTINUES: `unexpected token after '${after}', expecting 'or', 'and'`,
    CONDITION_BLANK_MISSING: `expected blank or '(' after '${after}'`,
    CONDITION_CHECK_MISSING: "expected a '(' token, a field check, or an identifier",
    CONDITION_PARENTHESIS_MISSING: "expected a ')' token",
    CONDITION_FIELD_ARGUMENT_MISSING: 'expected a valid field argument: a quoted string or a bare string',
    CONDITION_BRACKET_MISSING: "expected a ']' token",
    CONDITION_OPERATOR_MISSING: `expected a valid check operator: one of ${allOperators.map((name) => `'${name}'`).join(', ')}`,
    CONDITION_NUMBER_MISSING: `expected a number value or a field with a valid transformer: ${transformers}`,
    CONDITION_VALUE_MISSING: `expected a string value or a field with a valid transformer: ${transformers}`,
    CONDITION_LIST_ITEM_MISSING: 'expected a string value',
    CONDITION_LIST_MISSING: `expected a list, an identifier, or a field with a valid transformer: ${transformers}`,
    CONDITION_TRANSFORMER_ARGUMENT_MISSING:
      'expected field transformer argument: field, transformer, quoted string, number, or transformer list',
    CONDITION_TRANSFORMER_ITEM_MISSING:
      'expected transformer list argument: field, transformer, quoted string, or number',
    CONDITION_TRANSFORMER_PARENTHESIS_MISSING: "expected a ')' token closing the transformer",
    CONDITION_FIELD_MISSING: "expected a field within 'val' transformer",
    CONDITION_ESCAPE_UNKNOWN: `unsupported string escape sequence: ${wrong}`,
    CONDITION_ESCAPE_HEXADECIMAL: 'unsupported string escape sequence: \\x',
    CONDITION_ESCAPE_WRONG_QUOTE: `invalid ${wrong} escape in ${wrong === "\\'" ? '"' : "'"}-quoted string`,
  };
  return wordings[code] ?? error.message;
}
