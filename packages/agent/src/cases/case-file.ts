import { z } from 'zod';

/*
 * A file of rule cases: who takes part, what happens, which alerts that gives. docs/rule-tests.md tells it to
 * people; these schemas are what is accepted.
 */

const text = z.union([z.string(), z.number(), z.boolean()], { error: 'write a text' }).transform(String);
const texts = z.union([z.array(text), z.string().transform((words) => words.split(' '))], {
  error: 'write a text or a list of texts',
});
const labels = z.record(z.string(), text);
const ruleNames = z.union([z.string(), z.array(z.string())], {
  error: 'write the name of a rule or a list of names',
});

/** A container as its runtime would tell of it. */
export const containerSchema = z.strictObject({
  /** `repository:tag`, or with `@sha256:...`. */
  image: z.string().optional(),
  digest: z.string().optional(),
  /** `namespace/name` */
  pod: z.string().optional(),
  podLabels: labels.optional(),
  name: z.string().optional(),
  labels: labels.optional(),
  /** `source:destination`, with `:ro` for one that can't be written. */
  mounts: z.array(z.string()).optional(),
  privileged: z.boolean().optional(),
  hostPid: z.boolean().optional(),
  hostNetwork: z.boolean().optional(),
  sandbox: z.boolean().optional(),
  /** How long ago it started: `90s`, `10m`. */
  age: z.string().optional(),
});

/** A process: there before the case begins, or, where its first step is an exec, forked by its parent just then. */
export const processSchema = z.strictObject({
  /** The path of its executable file. */
  exe: z.string(),
  /** What the kernel calls it; the file's name where it isn't said. */
  name: z.string().optional(),
  args: texts.optional(),
  /** The process that started it; none: init of the node. */
  parent: z.string().optional(),
  /** Its container; where it isn't said, its parent's. */
  in: z.string().optional(),
  cwd: z.string().optional(),
  env: z.array(z.string()).optional(),
  uid: z.number().int().optional(),
  /** Its id as its container counts; the first process of a container is 1. */
  vpid: z.number().int().optional(),
  tty: z.number().int().optional(),
  /** How long it has been running when the case begins: `90s`, `3m`; nobody knows, where it isn't said. */
  age: z.string().optional(),
  upperLayer: z.boolean().optional(),
  memfd: z.boolean().optional(),
  capabilities: z.array(z.string()).optional(),
});

const expectationSchema = z.strictObject({
  rule: z.string().optional(),
  /** How many alerts it stands for; where it isn't said, at least one. */
  times: z.number().int().min(1).optional(),
  priority: z.string().optional(),
  /** A part of the alert's text. */
  output: text.optional(),
  /** Fields and what they show, whether or not the rule's output names them. */
  fields: z.record(z.string(), text).optional(),
});

/** What one step says: a process and its call, an audit event, or time that passes. */
export const stepSchema = z.record(z.string(), z.unknown());

const captureSchema = z.strictObject({
  /** Paths beside the case file. */
  file: z.string(),
  metadata: z.string().optional(),
});

const castFields = {
  containers: z.record(z.string(), containerSchema).optional(),
  processes: z.record(z.string(), processSchema).optional(),
};

export const caseSchema = z.strictObject({
  name: z.string(),
  /** The rules that the case is about: alerts of others are left aside. */
  rule: ruleNames.optional(),
  /** Rules that are off in their file and on in this case. */
  enable: z.array(z.string()).optional(),
  ...castFields,
  given: z.union([z.array(stepSchema), z.strictObject({ capture: captureSchema })], {
    error: 'write under given a list of steps, or {capture: {file: FILE}}',
  }),
  expect: z.union([z.literal('none'), z.literal('alert'), z.array(expectationSchema)], {
    error: 'write under expect none, alert, or a list of the alerts that are expected',
  }),
});

/** What is read of a case before its placeholders are filled in. */
export const unfilledCaseSchema = z.looseObject({
  /** Plays the case once for each, with `${key}` standing for the value in every text. */
  each: z.array(z.record(z.string(), text)).min(1).optional(),
});

export const caseFileSchema = z.strictObject({
  /** The rule files, and folders of them, that the cases are played against; none: those of the folder above. */
  rules: z.array(z.string()).optional(),
  /** Files whose containers and processes can be named here as well. */
  include: z.array(z.string()).optional(),
  /** The rule that cases are about which don't say so. */
  rule: ruleNames.optional(),
  ...castFields,
  cases: z.array(unfilledCaseSchema).optional(),
});

export type ContainerOfCase = z.infer<typeof containerSchema>;
export type ProcessOfCase = z.infer<typeof processSchema>;
export type StepOfCase = z.infer<typeof stepSchema>;
export type Expectation = z.infer<typeof expectationSchema>;
export type RawCase = z.infer<typeof caseSchema>;
export type RawCaseFile = z.infer<typeof caseFileSchema>;

/** One case, everything that it takes from elsewhere put in. */
export interface RuleCase {
  readonly name: string;
  /** The case file as the user named it, and where in it the case stands. */
  readonly file: string;
  readonly line: number;
  /** Undefined: the case is about all rules. */
  readonly rules: readonly string[] | undefined;
  readonly enable: readonly string[];
  readonly containers: ReadonlyMap<string, ContainerOfCase>;
  readonly processes: ReadonlyMap<string, ProcessOfCase>;
  readonly given: readonly StepOfCase[] | { readonly capture: string; readonly metadata: string | undefined };
  readonly expect: 'none' | 'alert' | readonly Expectation[];
}

/** The cases of one file and the rules they are about. */
export interface CaseFile {
  readonly name: string;
  /** Paths of rule files and folders of them. */
  readonly rules: readonly string[];
  readonly cases: readonly RuleCase[];
}
