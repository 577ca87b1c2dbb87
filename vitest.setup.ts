import { configureGlobal } from 'fast-check';

/** The same examples in every run: what fails once fails again, and what passes here passes elsewhere. */
configureGlobal({ seed: 20_261_121 });
