import { eventTypeOfSymbol, readString } from '@seawall/events';
import { field, type InspectorField } from './field.ts';

const INFRASTRUCTURE = eventTypeOfSymbol('INFRASTRUCTURE_EVENT_E').id;

/** Parts of the text `Event:...; ID:...; name:...; Image:...` that old captures hold of Docker's events. */
export const infrastructureFields: readonly InspectorField[] = [
  part('evt.infra.docker.name', 'Event', 'name of the event', (text) => text),
  part('evt.infra.docker.container.id', 'ID', 'short id of the container', (text) => text.slice(0, 12)),
  part('evt.infra.docker.container.name', 'name', 'name of the container', (text) => text),
  part('evt.infra.docker.container.image', 'Image', 'image of the container', imageName),
];

function part(name: string, key: string, what: string, shape: (text: string) => string): InspectorField {
  return field({
    name,
    type: 'charbuf',
    format: 'na',
    isTableOnly: true,
    dependsOn: ['event'],
    description: `For Docker events in old captures: ${what}.`,
    extract({ view }) {
      if (view.type !== INFRASTRUCTURE) return undefined;
      for (const element of readString(view, 2).split(';')) {
        const trimmed = element.trim();
        if (trimmed.startsWith(key)) return shape(trimmed.slice(trimmed.indexOf(':') + 1)).trim();
      }
      return undefined;
    },
  });
}

/** The image without the digest that pins it; where it is only a digest, that. */
function imageName(text: string): string {
  const at = text.indexOf('@');
  if (at >= 0) return text.slice(0, at).split(':')[0]!;
  return text.includes('sha256') ? text : text.split(':')[0]!;
}
