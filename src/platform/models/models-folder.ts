/** Folder of the models, relative to the app's base. */
export const MODELS = 'models/';
