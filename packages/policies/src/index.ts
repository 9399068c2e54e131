export { errors as policiesErrors } from './errors.ts';
export { type ExtractedProfile, extractProfile } from './profile/extract.ts';
export { generateRules } from './profile/generate.ts';
export { type PodProfile, type Profile, renderProfile } from './profile/profile.ts';
export { parseProfile } from './profile/read.ts';
