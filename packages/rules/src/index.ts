export type * from './catalogue/catalogue.ts';
