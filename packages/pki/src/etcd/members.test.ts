import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isSeawallError } from '@seawall/base';
import fc from 'fast-check';
import { checkMembers, memberUrl, parseMember, parseMemberFile } from './members.ts';

function refused(text: string, pattern: RegExp): void {
  assert.throws(
    () => parseMember(text),
    (error) => isSeawallError(error, 'pki/BAD_MEMBER') && pattern.test(error.message),
    text,
  );
}

test('a member is read with its addresses in order, ports only where they were given', () => {
  assert.deepEqual(parseMember('etcd-a=10.0.0.1,Etcd-A.Example.com'), {
    name: 'etcd-a',
    addresses: ['10.0.0.1', 'etcd-a.example.com'],
    clientPort: 2379,
    peerPort: 2380,
  });
  const member = parseMember('b=[2001:db8:0::1],10.0.0.2:12379/12380');
  assert.deepEqual(
    [member.addresses, member.clientPort, member.peerPort],
    [['2001:db8::1', '10.0.0.2'], 12379, 12380],
  );
  assert.equal(memberUrl(member, member.peerPort), 'https://[2001:db8::1]:12380');
});

test('what could lead out of the folder, or into a certificate by mistake, is refused with its reason', () => {
  refused('etcd-a', /no "="/);
  refused('../x=10.0.0.1', /letters, digits/);
  refused('a/b=10.0.0.1', /letters, digits/);
  refused('=10.0.0.1', /letters, digits/);
  refused('a=', /no IP address and no DNS name/);
  refused('a=10.0.0.1:2379', /no IP address and no DNS name/);
  refused('a=10.0.0.300', /no IP address and no DNS name/);
  refused('a=fe80::1%eth0', /no IP address and no DNS name/);
  refused('a=*.example.com', /no IP address and no DNS name/);
  refused(
    'a=10.0.0.1:0/2380',
    /^member a=10\.0\.0\.1:0\/2380: clientPort: 0 is no port: give a number from 1 to 65535; /,
  );
  refused('a=10.0.0.1:2379/99999', /: peerPort: 99999 is no port/);
});

test('a file says the same as the command line', () => {
  const text = 'members:\n  - name: a\n    addresses: [10.0.0.1, a.example]\n    peerPort: 12380\n';
  assert.deepEqual(parseMemberFile(text, 'x.yaml'), [
    { ...parseMember('a=10.0.0.1,a.example'), peerPort: 12380 },
  ]);
  for (const bad of ['members: []', 'members: [{ name: a }]', ': :\n -', '[]']) {
    assert.throws(
      () => parseMemberFile(bad, 'x.yaml'),
      (error) => isSeawallError(error, 'pki/BAD_MEMBER'),
    );
  }
});

test('what is wrong in a file is said in one sentence, with the member that it is about', () => {
  for (const [text, sentence] of [
    [
      'members: [{ name: a, addresses: [10.0.0.1] }, { name: b, addresses: [10.0.0.2], clientPort: 70000 }]',
      'member b in x.yaml: clientPort: 70000 is no port',
    ],
    [
      'members: [{ name: b, addresses: [10.0.0.2], clientPort: no }]',
      'member b in x.yaml: clientPort: no is no port',
    ],
    ['members: [{ name: b }]', 'member b in x.yaml: addresses: a list of addresses is needed'],
    ['members: [{ name: b, addresses: [] }]', 'member b in x.yaml: addresses: an address is needed'],
    ['members: [{ addresses: [1] }]', 'member number 1 in x.yaml: name: a name of letters'],
    ['members: [a]', 'member number 1 in x.yaml: a name and addresses are needed'],
    ['members: []', 'member x.yaml: members: a member is needed'],
    ['a: b: c', 'member x.yaml: Nested mappings'],
    ['[]', 'member x.yaml: a list of members is needed'],
  ] as const) {
    assert.throws(
      () => parseMemberFile(text, 'x.yaml'),
      (error: Error) => error.message.startsWith(sentence) && !error.message.includes('\n'),
      text,
    );
  }
});

test('no two members share a name (in any case) or an address with a port', () => {
  const members = (...texts: string[]) => texts.map(parseMember);
  checkMembers(members('a=10.0.0.1', 'b=10.0.0.2', 'c=10.0.0.1:1/2'));
  for (const pair of [
    ['a=10.0.0.1', 'A=10.0.0.2'],
    ['a=10.0.0.1', 'b=10.0.0.1'],
    ['a=10.0.0.1:1/2', 'b=10.0.0.1:2/3'],
    ['a=10.0.0.1:5/5'],
  ]) {
    assert.throws(
      () => checkMembers(members(...pair)),
      (error) => isSeawallError(error, 'pki/BAD_MEMBER'),
      pair.join(' '),
    );
  }
});

test('no text at all makes anything but a member or the typed error', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      try {
        parseMember(text);
      } catch (error) {
        assert.ok(isSeawallError(error, 'pki/BAD_MEMBER'));
      }
    }),
  );
});
