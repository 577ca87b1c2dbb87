export { bits } from './bits';
export { gatherRows } from './gather';
export { collectNearest, countDistances } from './nearest';
export { nibbles } from './nibbles';
export { scan, scanHalves } from './scan';
