// Loads the package in the Edge runtime.
import init from '../pkg/knock_nextjs.js';
import wasm from '../pkg/knock_nextjs_bg.wasm?module';

export { notify } from '../pkg/knock_nextjs.js';

/**
 * Waits until the package is loaded, which happens once.
 *
 * `initSync` would not do: `next dev` makes the module in another realm, so it is no `instanceof` ours.
 */
export const ready = () => init({ module_or_path: wasm });
