import type { Condition, Position, ReferenceNode } from '../condition/tree.ts';

/** Which macro a node of a resolved tree came from: the node that took the place of the macro's name. */
export type MacroOrigins = Map<Condition, string>;

export interface MacroResolution {
  readonly condition: Condition;
  /** Names of the macros that were put in. */
  readonly used: ReadonlySet<string>;
  /** The first name that can't be resolved, with its place in the text where it stands. */
  readonly problem: MacroProblem | undefined;
}

export type MacroProblem =
  | {
      readonly kind: 'unknown' | 'loop';
      readonly name: string;
      readonly position: Position;
      readonly within: string | undefined;
    }
  | {
      readonly kind: 'too-large';
      readonly position: Position;
      readonly within: string | undefined;
      readonly name: string;
    };

/** The macros that a condition may name; a map is one. */
export interface VisibleMacros {
  get(name: string): Condition | undefined;
}

/** More nodes, or more levels, come from macros that multiply each other, not from people. */
const largestTree = 250_000;
const deepestTree = 1_000;

/**
 * Puts the trees of macros in the places of their names. Trees are shared, not copied.
 * @param visible the macros that may be named here, with their trees as far as they are resolved.
 * @param origins is told where each macro's tree begins.
 */
export function resolveMacros(
  condition: Condition,
  visible: VisibleMacros,
  origins: MacroOrigins,
): MacroResolution {
  const run: Run = { visible, origins, used: new Set(), path: [], problems: [], count: 0 };
  const resolved = resolve(condition, run, 0);
  // Loops are told before unknown names, wherever they stand: so does Falco.
  const problem =
    run.problems.find(({ kind }) => kind === 'too-large') ??
    run.problems.find(({ kind }) => kind === 'loop') ??
    run.problems[0];
  return { condition: resolved, used: run.used, problem };
}

interface Run {
  readonly visible: VisibleMacros;
  readonly origins: MacroOrigins;
  readonly used: Set<string>;
  /** The macros inside of which the walk is. */
  readonly path: string[];
  readonly problems: MacroProblem[];
  count: number;
}

function resolve(node: Condition, run: Run, depth: number): Condition {
  run.count++;
  if (run.count > largestTree || depth > deepestTree) {
    const within = run.path.at(-1);
    const problem = { kind: 'too-large', position: node.position, within, name: within ?? '' } as const;
    if (!run.problems.some(({ kind }) => kind === 'too-large')) run.problems.push(problem);
    return node;
  }
  switch (node.kind) {
    case 'and':
    case 'or': {
      const children = node.children.map((child) => resolve(child, run, depth + 1));
      const isSame = children.every((child, index) => child === node.children[index]);
      return isSame ? node : keepOrigin(node, { ...node, children }, run);
    }
    case 'not': {
      const child = resolve(node.child, run, depth + 1);
      return child === node.child ? node : keepOrigin(node, { ...node, child }, run);
    }
    case 'reference':
      return resolveReference(node, run, depth);
    default:
      return node;
  }
}

function resolveReference(node: ReferenceNode, run: Run, depth: number): Condition {
  const { name, position } = node;
  const macro = run.visible.get(name);
  const within = run.path.at(-1);
  if (macro === undefined) {
    run.problems.push({ kind: 'unknown', name, position, within });
    return node;
  }
  if (run.path.includes(name)) {
    run.problems.push({ kind: 'loop', name, position, within });
    return node;
  }
  run.path.push(name);
  const resolved = resolve(macro, run, depth + 1);
  run.path.pop();
  run.used.add(name);
  // A copy of the topmost node, so that each use of a macro is a node of its own.
  const use = keepOrigin(resolved, { ...resolved }, run);
  if (!run.origins.has(use)) run.origins.set(use, name);
  return use;
}

/** A changed node comes from where the unchanged one came from. */
function keepOrigin(before: Condition, after: Condition, run: Run): Condition {
  const origin = run.origins.get(before);
  if (origin !== undefined) run.origins.set(after, origin);
  return after;
}
