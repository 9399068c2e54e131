import { z } from 'zod';
import { type Notice, severityOf } from './notice.ts';
import { secretReference } from './secret.ts';
import { titleOf } from './text.ts';

/** The names that templates may use, and what each stands for. */
export const templateNames: Readonly<Record<string, string>> = {
  kind: 'finding, summary, decision, digest or test',
  title: 'one line that says what it is about',
  severity: 'high, medium, low or info',
  time: 'when the message was made',
  deduplicationKey: 'the same for the same message, also when it is sent again',
  finding: 'number of the finding: seawall findings show NUMBER',
  group: 'stable key of the finding, the same in all messages about it',
  state: 'open, acknowledged or resolved',
  policy: 'name of the policy',
  rule: 'name of the rule',
  priority: 'priority of the rule',
  tags: 'tags of the rule, with commas',
  runbook: 'link of the policy',
  output: 'output of the last occurrence',
  count: 'occurrences in all',
  newOccurrences: 'occurrences since the last message',
  uniqueOutputs: 'how many different outputs',
  first: 'time of the first occurrence',
  last: 'time of the last occurrence',
  node: 'machine',
  cluster: 'cluster',
  namespace: 'namespace of the pod',
  pod: 'name of the pod',
  container: 'name of the container',
  containerId: 'id of the container',
  image: 'image of the container',
  actor: 'who acknowledged or resolved it',
  comment: 'what they said',
  groups: 'in a digest: how many findings',
};

type TemplateValue = string | number;

const placeholder = /\{\{\s*([A-Za-z]*)\s*\}\}/g;

function addUnknownNames(text: string, context: z.RefinementCtx): void {
  for (const [whole, name] of text.matchAll(placeholder)) {
    if (Object.hasOwn(templateNames, name!)) continue;
    const known = Object.keys(templateNames).join(', ');
    context.addIssue({ code: 'custom', message: `there is no ${whole}; known are ${known}` });
  }
}

const templateText = z.string().superRefine(addUnknownNames);

/** Headers by name: text with placeholders, or where a secret is read from. */
export const headerTemplates = z.record(
  z.string().regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/),
  z.union([templateText, secretReference]),
  {
    error: ({ code, input }) =>
      code === 'invalid_key'
        ? `${JSON.stringify(input)} is no name of a header: write letters, digits and any of !#$%&'*+.^_\`|~-, without spaces`
        : undefined,
  },
);

/** A value of JSON whose texts are templates. */
export type BodyTemplate =
  | string
  | number
  | boolean
  | null
  | BodyTemplate[]
  | { [name: string]: BodyTemplate };

/** A structure, sent as JSON, or a text, sent as it is. */
export const webhookBody: z.ZodType<BodyTemplate> = z.lazy(() =>
  z.union([
    templateText,
    z.number(),
    z.boolean(),
    z.null(),
    z.array(webhookBody),
    z.record(z.string(), webhookBody),
  ]),
);

/** What placeholders stand for in a message; names that say nothing of this kind of notice are empty. */
export function templateValues(
  notice: Notice,
  deduplicationKey: string,
): Readonly<Record<string, TemplateValue>> {
  const values: Record<string, TemplateValue> = Object.fromEntries(
    Object.keys(templateNames).map((name) => [name, '']),
  );
  Object.assign(values, {
    kind: notice.kind,
    title: titleOf(notice),
    severity: severityOf(notice),
    time: notice.time,
    deduplicationKey,
  });
  if (notice.kind === 'digest') {
    Object.assign(values, { groups: notice.groupCount, newOccurrences: notice.newOccurrences });
  }
  if (notice.kind === 'digest' || notice.kind === 'test') return values;
  const { group } = notice;
  const { policy, rule, priority, output, count, uniqueOutputs, first, last, node, state } = group;
  return Object.assign(values, {
    ...{ policy, rule, priority, output, count, uniqueOutputs, first, last, node, state },
    finding: group.id,
    group: group.key,
    tags: group.tags.join(','),
    runbook: group.runbook ?? '',
    newOccurrences: notice.kind === 'summary' ? notice.newOccurrences : group.count,
    cluster: group.cluster ?? '',
    namespace: group.namespace ?? '',
    pod: group.pod ?? '',
    container: group.container?.name ?? '',
    containerId: group.container?.id ?? '',
    image: group.container?.image ?? '',
    actor: notice.kind === 'decision' ? notice.actor : '',
    comment: notice.kind === 'decision' ? (notice.comment ?? '') : '',
  });
}

/** A text with its placeholders filled in. */
export function fillText(template: string, values: Readonly<Record<string, TemplateValue>>): string {
  return template.replace(placeholder, (whole, name: string) => String(values[name] ?? whole));
}

/** A structure with its texts filled in; a text that is one placeholder and nothing else becomes that very value. */
export function fillBody(
  template: BodyTemplate,
  values: Readonly<Record<string, TemplateValue>>,
): BodyTemplate {
  if (typeof template === 'string') {
    const [, only] = /^\{\{\s*([A-Za-z]+)\s*\}\}$/.exec(template) ?? [];
    return only === undefined ? fillText(template, values) : (values[only] ?? template);
  }
  if (Array.isArray(template)) return template.map((item) => fillBody(item, values));
  if (template === null || typeof template !== 'object') return template;
  return Object.fromEntries(Object.entries(template).map(([name, value]) => [name, fillBody(value, values)]));
}
