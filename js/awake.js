/** Keep the screen, and with it the device, awake while a run goes on. */

/** @import { State } from './state.js' */

/** @param {State} state */
export function stayAwake(state) {
  /** @type {Promise<WakeLockSentinel | undefined> | null} */
  let lock = null

  function update() {
    const wanted = state.name === 'running' && !document.hidden
    if (wanted && !lock) {
      // a device may refuse, to save its battery
      lock = navigator.wakeLock?.request('screen').catch(() => undefined)
    } else if (!wanted && lock) {
      lock.then((held) => held?.release())
      lock = null
    }
  }

  state.addEventListener('change', update)
  // a browser takes the lock away with the page's visibility
  document.addEventListener('visibilitychange', update)
}
