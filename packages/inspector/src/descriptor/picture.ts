import type { Descriptor, DescriptorPicture } from './descriptor.ts';

/**
 * What the descriptor shows now, with what rules decided about that: the same object as before while nothing of it has
 * changed.
 */
export function pictureOf(descriptor: Descriptor): DescriptorPicture {
  const { picture } = descriptor;
  if (picture !== undefined && isTrue(picture, descriptor)) return picture;
  const taken = take(descriptor);
  descriptor.picture = taken;
  return taken;
}

/** Addresses are never written to once a descriptor shows them (see `socket.ts`). */
function isTrue(picture: DescriptorPicture, descriptor: Descriptor): boolean {
  return (
    picture.type === descriptor.type &&
    picture.flags === descriptor.flags &&
    picture.name === descriptor.name &&
    picture.oldName === descriptor.oldName &&
    picture.protocol === descriptor.protocol &&
    picture.sourceAddress === descriptor.sourceAddress &&
    picture.sourcePort === descriptor.sourcePort &&
    picture.destinationAddress === descriptor.destinationAddress &&
    picture.destinationPort === descriptor.destinationPort
  );
}

function take(descriptor: Descriptor): DescriptorPicture {
  return {
    type: descriptor.type,
    flags: descriptor.flags,
    name: descriptor.name,
    oldName: descriptor.oldName,
    protocol: descriptor.protocol,
    sourceAddress: descriptor.sourceAddress,
    sourcePort: descriptor.sourcePort,
    destinationAddress: descriptor.destinationAddress,
    destinationPort: descriptor.destinationPort,
    closed: undefined,
    closedBefore: undefined,
  };
}
