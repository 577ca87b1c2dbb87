/** Imported before a script: writes the most memory that the process ever had, in bytes, to the file `PEAK_FILE` names. */
import { writeFileSync } from 'node:fs';
import { env, resourceUsage } from 'node:process';

process.on('exit', () => {
  if (env.PEAK_FILE) writeFileSync(env.PEAK_FILE, String(resourceUsage().maxRSS * 1024));
});
