export { scan } from './int8';
export { collectNearest, countDistances, maskDistances } from './nearest';
export { nibbles } from './nibbles';
