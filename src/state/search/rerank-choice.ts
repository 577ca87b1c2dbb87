/** Whether a visitor wants the best pictures looked at again: kept across visits, where the browser keeps anything. */
export interface RerankChoice {
  /** Undefined: nobody has said. */
  read(): 'on' | 'off' | undefined;
  write(choice: 'on' | 'off'): void;
}

export const RERANK_CHOICE = 'afterimage-second-look';

export function createRerankChoice(): RerankChoice {
  return {
    read() {
      try {
        return (['on', 'off'] as const).find((one) => one === localStorage.getItem(RERANK_CHOICE));
      } catch {
        return undefined;
      }
    },
    write(choice) {
      try {
        localStorage.setItem(RERANK_CHOICE, choice);
      } catch {
        // Storage is blocked: the choice lasts until the page is closed.
      }
    },
  };
}
