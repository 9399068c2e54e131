import type { Dependency, DescriptorScope, VerdictScope } from './catalogue/catalogue.ts';
import { createDescriptorCheck, type DescriptorCheck } from './emit/descriptor-check.ts';
import { emitSlotMatcher, type SlotMatcher } from './emit/emit.ts';
import { createIndexedMatcher } from './emit/indexed.ts';
import type { Candidate, Candidates } from './plan/candidate.ts';
import { type Grounded, groundCandidates } from './plan/grounded.ts';
import {
  createNarrowingMemory,
  createSlotTexts,
  type NarrowingMemory,
  type SlotTexts,
} from './plan/narrowing.ts';
import {
  anyDescriptor,
  createResidues,
  type End,
  nothingLeft,
  type Remainder,
  type Residue,
} from './plan/residue.ts';

/**
 * Slots with more candidates than this look candidates up instead of asking them in turn; a function for all of
 * them would grow beyond what V8 optimises.
 */
const EMITTED_AT_MOST = 16;

/** A rule set compiled for speed. One program serves one stream of events: it keeps verdicts between them. */
export interface Program<Context> {
  /** By event type: 1 where some rule can match an event of that type; events of other types need not be shown. */
  readonly wanted: Uint8Array;
  /** The rules that matched the last event: the first so many entries as `evaluate` said, in the order of the rules. */
  readonly matches: Int32Array;
  /**
   * Whether some rule can still match an event of that type of the process and the descriptor that the context shows;
   * asks nothing of the event, so that it needs no more context than that.
   */
  isOpen(context: Context, eventType: number): boolean;
  /**
   * Whether no rule can match an event of that type of the process that the context shows, whatever becomes of everything
   * but these grounds: what a source that is told so may rely on as long as they do not change.
   */
  isRuledOut(context: Context, eventType: number, grounds: ReadonlySet<Dependency>): boolean;
  /** @returns how many rules match the event that the context is about. */
  evaluate(context: Context, eventType: number): number;
  /** What it keeps, for metrics: residues are bounded, see `docs/performance.md`. */
  readonly memory: { readonly residues: number; readonly epoch: number };
}

/** Where a program keeps what it decided about a process, and how it learns that this no longer holds. */
export interface ScopeTracker<Context> {
  /** The record of the event's process; undefined where the event has none, or where verdicts can't be kept. */
  scopeOf(context: Context): VerdictScope | undefined;
  /** Changes when any process that has children changed, or changed its place in the tree. */
  ancestryVersion(context: Context): number;
  /** The record of the descriptor that the event is about; undefined where there is none. */
  descriptorOf(context: Context): DescriptorScope | undefined;
}

/** What is kept on a process: whose it is, and for which generation it holds. */
interface Verdicts<Context> {
  readonly owner: object;
  epoch: number;
  generation: number;
  ancestryVersion: number;
  end: End<Context>;
}

/** Event types with the same candidates. */
interface Slot<Context> {
  readonly candidates: readonly Candidate<Context>[];
  /** Made when first needed: events of most types never come, or no process has anything left for them. */
  questions: Questions<Context> | undefined;
  /** Made when first asked: events of most types are never looked at without being evaluated. */
  descriptors: DescriptorCheck<Context> | undefined;
}

/** How the candidates of a slot are asked of an event. */
interface Questions<Context> {
  readonly match: SlotMatcher<Context>;
  readonly texts: SlotTexts<Context> | undefined;
}

/**
 * @param ruleCount how many rules there are: the bound of `matches`.
 * @param typeCount event types lie below it.
 * @param emittedAtMost slots with more candidates look them up; the default unless given.
 */
export function createProgram<Context>(
  { all, byEventType }: Candidates<Context>,
  ruleCount: number,
  typeCount: number,
  tracker: ScopeTracker<Context>,
  emittedAtMost: number = EMITTED_AT_MOST,
): Program<Context> {
  const owner = {};
  const wanted = new Uint8Array(typeCount);
  const slotOfType = new Int32Array(typeCount).fill(-1);
  const listed: (readonly Candidate<Context>[])[] = [];
  const slotByCandidates = new Map<string, number>();
  for (const [eventType, candidates] of byEventType) {
    const key = candidates.map(({ id }) => id).join();
    let slot = slotByCandidates.get(key);
    if (slot === undefined) {
      slot = listed.push(candidates) - 1;
      slotByCandidates.set(key, slot);
    }
    slotOfType[eventType] = slot;
    wanted[eventType] = 1;
  }
  const residues = createResidues(all, listed.length);
  const memory = createNarrowingMemory(residues.forget, residues.epoch);
  const slots: readonly Slot<Context>[] = listed.map((candidates) => ({
    candidates,
    questions: undefined,
    descriptors: undefined,
  }));
  const matches = new Int32Array(ruleCount);
  /** By the grounds, which are few, and by slot; made when first asked. */
  const grounded = new Map<ReadonlySet<Dependency>, Map<number, Grounded<Context>>>();

  function keepVerdicts(scope: VerdictScope, end: End<Context>, ancestryVersion: number): void {
    const { generation } = scope;
    scope.verdicts = {
      owner,
      epoch: residues.epoch(),
      generation,
      ancestryVersion,
      end,
    } satisfies Verdicts<Context>;
  }

  function residueFor(context: Context): Residue {
    const scope = tracker.scopeOf(context);
    if (scope === undefined) return residues.find(context).residue;
    const ancestryVersion = tracker.ancestryVersion(context);
    const kept = scope.verdicts as Verdicts<Context> | undefined;
    if (kept === undefined || kept.owner !== owner) {
      const end = residues.find(context);
      keepVerdicts(scope, end, ancestryVersion);
      return end.residue;
    }
    if (kept.generation !== scope.generation || kept.epoch !== residues.epoch()) {
      kept.end = residues.find(context);
    } else if (kept.ancestryVersion !== ancestryVersion) {
      kept.end = residues.refind(context, kept.end);
    } else {
      return kept.end.residue;
    }
    kept.generation = scope.generation;
    kept.epoch = residues.epoch();
    kept.ancestryVersion = ancestryVersion;
    return kept.end.residue;
  }

  function remainderFor(context: Context, slot: number): Remainder {
    const residue = residueFor(context);
    return residue.remainders[slot] ?? residues.remainderOf(residue, slot, slots[slot].candidates);
  }

  function isDescriptorOpen(context: Context, slot: Slot<Context>, remainder: Remainder): boolean {
    slot.descriptors ??= createDescriptorCheck(slot.candidates);
    if (remainder.descriptorLists === undefined) {
      const lists = remainder.certain.length > 0 ? undefined : slot.descriptors.listsOf(remainder.open);
      remainder.descriptorLists = lists ?? anyDescriptor;
    }
    const { descriptorLists } = remainder;
    return descriptorLists === anyDescriptor || slot.descriptors.leavesAny(context, descriptorLists);
  }

  /** The same, remembered: reading and writing to a connection take turns. */
  function isOpenFor(context: Context, slot: Slot<Context>, remainder: Remainder): boolean {
    if (remainder.descriptorLists === anyDescriptor) return true;
    const descriptor = tracker.descriptorOf(context);
    if (descriptor === undefined) return isDescriptorOpen(context, slot, remainder);
    if (descriptor.closed === remainder || descriptor.closedBefore === remainder) return false;
    if (isDescriptorOpen(context, slot, remainder)) return true;
    descriptor.closedBefore = descriptor.closed;
    descriptor.closed = remainder;
    return false;
  }

  function groundedOf(index: number, grounds: ReadonlySet<Dependency>): Grounded<Context> {
    let bySlot = grounded.get(grounds);
    if (bySlot === undefined) {
      bySlot = new Map();
      grounded.set(grounds, bySlot);
    }
    let found = bySlot.get(index);
    if (found === undefined) {
      found = groundCandidates(slots[index].candidates, grounds);
      bySlot.set(index, found);
    }
    return found;
  }

  function collect(context: Context, slot: Slot<Context>, remainder: Remainder): number {
    slot.questions ??= createQuestions(slot.candidates, memory, emittedAtMost);
    const { match, texts } = slot.questions;
    const left = texts === undefined ? remainder : texts.narrow(remainder, context);
    const { certain, open, openBits } = left;
    if (certain.length > 0) matches.set(certain);
    if (open.length === 0) return certain.length;
    // What many candidates ask of the descriptor is asked once before each of them is asked by itself.
    if (texts !== undefined && open.length > 1 && !isDescriptorOpen(context, slot, left))
      return certain.length;
    const count = match(context, openBits, matches, certain.length, open);
    if (count > 1) matches.subarray(0, count).sort();
    return count;
  }

  return {
    wanted,
    matches,
    isOpen(context, eventType) {
      const index = slotOfType[eventType];
      if (index === -1) return false;
      const remainder = remainderFor(context, index);
      return remainder !== nothingLeft && isOpenFor(context, slots[index], remainder);
    },
    isRuledOut(context, eventType, grounds) {
      const index = slotOfType[eventType];
      if (index === -1) return true;
      // Most processes are told apart by what is remembered of them.
      return remainderFor(context, index) === nothingLeft && groundedOf(index, grounds).rulesOutAll(context);
    },
    evaluate(context, eventType) {
      const index = slotOfType[eventType];
      if (index === -1) return 0;
      const remainder = remainderFor(context, index);
      return remainder === nothingLeft ? 0 : collect(context, slots[index], remainder);
    },
    memory: {
      get residues() {
        return residues.size();
      },
      get epoch() {
        return residues.epoch();
      },
    },
  };
}

/** Where few candidates are left, asking them costs less than looking texts up. */
function createQuestions<Context>(
  candidates: readonly Candidate<Context>[],
  memory: NarrowingMemory,
  emittedAtMost: number,
): Questions<Context> {
  const asking = candidates.filter(({ eventParts }) => eventParts.length > 0).length;
  return asking <= emittedAtMost
    ? { match: emitSlotMatcher(candidates), texts: undefined }
    : { match: createIndexedMatcher(candidates), texts: createSlotTexts(candidates, memory) };
}
