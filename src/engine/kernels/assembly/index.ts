export { collectNearest, countDistances, hamming, maskDistances } from './hamming';
export { scan } from './int8';
export { nibbles } from './nibbles';
export { sumPlanes } from './planes';
