import { z } from 'zod';

const enabled = z.boolean().default(true);

const stdout = z.strictObject({ enabled });

const SAY_FILE = 'name the file that alerts are added to';

const file = z.strictObject({
  enabled,
  filename: z.string({ error: SAY_FILE }).min(1, { error: SAY_FILE }),
  /** Kept open; otherwise it is opened anew whenever alerts are written, so that it can be moved away at any time. */
  keep_alive: z.boolean().default(false),
});

/** Facilities of RFC 3164 by their number. */
export const facilities = [
  ...['kern', 'user', 'mail', 'daemon', 'auth', 'syslog', 'lpr', 'news', 'uucp', 'cron', 'authpriv', 'ftp'],
  ...['ntp', 'security', 'console', 'clock'],
  ...['local0', 'local1', 'local2', 'local3', 'local4', 'local5', 'local6', 'local7'],
] as const;

const syslog = z.strictObject({
  enabled,
  /** Falco says nothing of it and so uses `user`. */
  facility: z.enum(facilities).default('user'),
  /** What lines begin with. */
  tag: z
    .string()
    .regex(/^[\x21-\x39\x3b-\x7e]{1,32}$/, { error: 'a tag has up to 32 printable characters, no colon' })
    .default('seawall'),
  /** The socket of this machine's log, or where to send datagrams or lines: `udp://HOST:514`, `tcp://HOST:514`. */
  address: z
    .string()
    .regex(/^\/|^(?:udp|tcp):\/\/(?:\[[0-9a-fA-F:]+\]|[^\s:/]+)(?::\d{1,5})?$/, {
      error: 'write the path of a socket, udp://HOST:PORT or tcp://HOST:PORT',
    })
    .default('/dev/log'),
});

const SAY_PROGRAM = 'write the command that alerts are given to';

const program = z.strictObject({
  enabled,
  /** Run by `/bin/sh -c`, alerts on its standard input, one a line. */
  program: z.string({ error: SAY_PROGRAM }).min(1, { error: SAY_PROGRAM }),
  /** One process for all; otherwise one is started for each alert. */
  keep_alive: z.boolean().default(false),
});

const http = z
  .strictObject({
    enabled,
    url: z.url({ protocol: /^https?$/, error: 'write the URL that alerts are posted to' }),
    user_agent: z
      .string()
      .regex(/^[\x20-\x7e]*$/)
      .default('falcosecurity/falco'),
    /** The server's certificate is not looked at. */
    insecure: z.boolean().default(false),
    /** PEM file of authorities; then `ca_bundle`, then the files of the folder `ca_path` count. */
    ca_cert: z.string().default(''),
    ca_bundle: z.string().default(''),
    ca_path: z.string().default('/etc/ssl/certs'),
    mtls: z.boolean().default(false),
    client_cert: z.string().default('/etc/ssl/certs/client.crt'),
    client_key: z.string().default('/etc/ssl/certs/client.key'),
    /** The server's answers are written to standard output. */
    echo: z.boolean().default(false),
    compress_uploads: z.boolean().default(false),
    keep_alive: z.boolean().default(false),
    /** After a time-out an alert is sent again, so often. */
    max_consecutive_timeouts: z.int().min(0).max(255).default(5),
  })
  .refine(({ url }) => !/^[a-z]+:\/\/[^/]*@/i.test(url), {
    path: ['url'],
    error: 'a URL with a password in it would be readable here: use a client certificate',
  });

/** `outputs` of seawall.yaml: where alerts go as Falco's, with the names of falco.yaml. */
export const outputsConfig = z.strictObject({
  json_output: z.boolean().default(true),
  json_include_output_property: z.boolean().default(true),
  json_include_message_property: z.boolean().default(false),
  json_include_output_fields_property: z.boolean().default(true),
  json_include_tags_property: z.boolean().default(true),
  /** Files, programs and standard output are written when there is enough to write, at the latest after a second. */
  buffered_outputs: z.boolean().default(false),
  /** How many alerts may wait for each output; what comes beyond is counted and left out. */
  outputs_queue: z.strictObject({ capacity: z.int().min(1).max(1_000_000).default(10_000) }).prefault({}),
  /** Milliseconds: an output that takes longer for one alert is said to be stuck; HTTP begins anew. */
  output_timeout: z.int().min(10).max(600_000).default(2000),
  stdout_output: stdout.optional(),
  file_output: file.optional(),
  syslog_output: syslog.optional(),
  program_output: program.optional(),
  http_output: http.optional(),
});

export type OutputsConfig = z.infer<typeof outputsConfig>;
