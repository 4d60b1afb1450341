/** How a test is announced: `it` of Vitest, `test` of node:test, or a function of your own. */
export type It = (name: string, test: () => Promise<void>) => void;
