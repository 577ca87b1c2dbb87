export { collectNearest, countDistances, maskDistances } from './nearest';
export { nibbles } from './nibbles';
export { scan, scanHalves } from './scan';
