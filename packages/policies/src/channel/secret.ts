import { z } from 'zod';

const hint = 'a secret is not written here: say fromFile: PATH or fromEnvironment: NAME';

/** Where a secret is read from; the secret itself is in no configuration. */
export const secretReference = z.union(
  [
    z.strictObject({ fromFile: z.string().startsWith('/', { error: 'write the whole path: /etc/...' }) }),
    z.strictObject({
      fromEnvironment: z
        .string()
        .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, { error: 'that is no name of an environment variable' }),
    }),
  ],
  { error: hint },
);

export type SecretReference = z.infer<typeof secretReference>;
