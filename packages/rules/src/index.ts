export type * from './catalogue/catalogue.ts';
export { type ConditionErrorCode, conditionErrors } from './condition/errors.ts';
export { quoteAsFalco, quoteExactly, readEscapes } from './condition/escape.ts';
export { parseCondition } from './condition/parse.ts';
export { parseOperandAt } from './condition/parse-operand.ts';
export { canonicalText, conditionText } from './condition/text.ts';
export type * from './condition/tree.ts';
export { allOperators, listOperators, quantifiers, transformerNames } from './condition/tree.ts';
export { arrayFromBytes, bytesFromArray, bytesFromText, textFromBytes } from './value/bytes.ts';
