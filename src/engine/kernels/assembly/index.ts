export { collectNearest, countDistances, hamming, maskDistances } from './hamming';
export { scan } from './int8';
export { sumPlanes } from './planes';
