import { type EventType, eventTypeOfSymbol, eventTypes } from '@seawall/events';
import type { SyscallCatalogue } from '@seawall/inspector';
import { conditionText, type Rule } from '@seawall/rules';

/* Which rules look at descriptors that other events made: what the tables must know of files, pipes and the like. */

/** Fields that look into the table of descriptors whatever the event is about; names may go on behind these. */
const TABLE_FIELDS = ['fd.types', 'fdlist.', 'proc.fdopencount', 'proc.fdusage', 'proc.std', 'thread.fd'];
/** Fields that look at the event's descriptor without saying that they depend on it. */
const DESCRIPTOR_FIELDS = ['evt.category', 'evt.is_syslog', 'evt.io_dir', 'evt.count', 'evt.buf', 'fs.path'];
const ALL_ARGUMENTS = ['evt.args', 'evt.info'];
const FIELD = /\b[a-z]\w*(?:\.\w+)+(?:\[[^\]]*\])?/g;
const ARGUMENT = /^evt\.(?:raw)?arg(?:\.(\w+)|\[(\d+)\])/;

/** The calls whose descriptor is the one that they open. */
export const openTypes: readonly number[] = [
  'SYSCALL_OPEN_X',
  'SYSCALL_OPENAT_2_X',
  'SYSCALL_OPENAT2_X',
  'SYSCALL_CREAT_X',
  'SYSCALL_OPEN_BY_HANDLE_AT_X',
].map((symbol) => eventTypeOfSymbol(symbol).id);

/** Copies: their descriptor is what another event made. */
const COPYING: ReadonlySet<string> = new Set(['dup', 'dup2', 'dup3', 'fcntl', 'pidfd_getfd']);

/** Everything in a rule that may be a field, condition and outputs: rather too much than too little. */
export function fieldsOf(rule: Rule): ReadonlySet<string> {
  const texts = [conditionText(rule.condition), rule.output, ...rule.extraFields.map(({ format }) => format)];
  return new Set(texts.flatMap((text) => text.match(FIELD) ?? []));
}

/** Whether a field, read of an event of that type, may show a descriptor that another event made. */
export function showsOtherDescriptor(field: string, eventType: number, catalogue: SyscallCatalogue): boolean {
  if (startsLikeOne(field, TABLE_FIELDS)) return true;
  const type = eventTypes[eventType];
  const argument = ARGUMENT.exec(field);
  if (argument !== null) return isDescriptorArgument(type, argument);
  if (startsLikeOne(field, ALL_ARGUMENTS)) return type.parameters.some((_, index) => isTaken(type, index));
  const dependsOn = catalogue.fields.get(field.replace(/\[.*/, ''))?.dependsOn ?? [];
  const isOfDescriptor = dependsOn.includes('descriptor') || startsLikeOne(field, DESCRIPTOR_FIELDS);
  return isOfDescriptor && usesOtherDescriptor(type);
}

function startsLikeOne(field: string, starts: readonly string[]): boolean {
  return starts.some((start) => field.startsWith(start));
}

function isDescriptorArgument(type: EventType, [, name, index]: RegExpExecArray): boolean {
  const place = name === undefined ? Number(index) : type.parameters.findIndex((one) => one.name === name);
  return place >= 0 && place < type.parameters.length && isTaken(type, place);
}

/** Whether the parameter is a descriptor, other than the one that the call gives back. */
function isTaken({ parameters, flags }: EventType, index: number): boolean {
  const isDescriptor = ['fd', 'fd32', 'fdlist'].includes(parameters[index].type);
  return isDescriptor && (index > 0 || !flags.has('creates_fd'));
}

function usesOtherDescriptor({ id, flags, name }: EventType): boolean {
  if (openTypes.includes(id)) return false;
  if (COPYING.has(name)) return true;
  return flags.has('uses_fd') || flags.has('destroys_fd');
}
