/** What traps.md says of a rule of the articles, and what it raises on the recorded attack. */
export interface Expectation {
  readonly rule: string;
  /** What is said of the text as printed, read as a rule of today: the trap's number, and what the message holds. */
  readonly diagnoses: readonly (readonly [trap: number, told: RegExp])[];
  /** Alerts that there must be, by parts of their text. */
  readonly fires: readonly RegExp[];
  readonly isQuietAbout?: RegExp;
}

/** Rules of 2017 have no scope: that is the policy's business, and on the recording they raise other things as well. */
export const EXPECTATIONS: readonly Expectation[] = [
  {
    rule: 'Etcd allowed processes',
    diagnoses: [],
    fires: [/Unauthorized process \(ls/, /Unauthorized process \(ps aux\)/],
    isQuietAbout: /process \(etcd /,
  },
  {
    rule: 'Unallowed container running in kube-system namespace',
    diagnoses: [[4, /warning: %container\.info is deprecated/]],
    fires: [/Unallowed container running in kube-system.*acmetools\/toolbox/],
  },
  {
    rule: 'Read secret file after startup',
    diagnoses: [],
    fires: [/file=\/etc\/secrets\/token/, /file=\/etc\/secrets\/tsig\.key/],
    isQuietAbout: /command=cat \/etc\/secrets\/token/,
  },
  {
    rule: 'Pod connecting to kubelet',
    diagnoses: [
      [3, /:2:2: error: the key 'condition' stands one column too far to the left/],
      [3, /write:\n\s+- macro: kubelet_ports\n\s+condition: fd\.sport in \(10248, 10250, 10255\)/],
    ],
    fires: [/->127\.0\.0\.1:10250/, /->127\.0\.0\.1:10255/, /->127\.0\.0\.1:10248/],
  },
  {
    rule: 'User management operations',
    diagnoses: [[4, /warning: %container\.info is deprecated/]],
    fires: [/command=passwd postgres/, /command=useradd/],
  },
  {
    rule: 'Write to non write allowed dir (etcd)',
    diagnoses: [
      [
        1,
        /evt\.arg\[1\] means different things.*'dirfd' of openat, openat2[\s\S]*fd\.name[\s\S]*evt\.arg\.name/,
      ],
      [8, /what begins with '\/var\/lib\/etcd' is let through, and so is '\/var\/lib\/etcd-evil'/],
    ],
    fires: [/file=\/etc\/nsswitch\.conf/, /file=\/opt\/cache\/stage2/, /file=\/usr\/bin\/x/],
    isQuietAbout: /file=\/var\/lib\/etcd\/note\.txt/,
  },
  {
    rule: 'Unauthorized process opened a port',
    diagnoses: [],
    fires: [/command=nc -l -p 4444/],
    isQuietAbout: /command=kube-proxy/,
  },
  {
    rule: 'Unauthorized process opened an outbound connection',
    diagnoses: [],
    fires: [/command=wget -q -O - http.*:80\)/],
    isQuietAbout: /command=kube-apiserver/,
  },
  {
    rule: 'Unexpected NodePort connection',
    diagnoses: [[15, /note: fd\.sport is the server's: the own side of connections that come in/]],
    fires: [/:30080\)/, /:31337\)/],
  },
];
