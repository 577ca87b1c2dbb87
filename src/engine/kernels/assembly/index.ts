export { collectNearest, countDistances, hamming } from './hamming';
export { scan } from './int8';
