/**
 * Say in one sentence that a browser is too old, or that the page did not come whole.
 * This is no module and in the words of an older language, so that any browser runs it.
 * What cannot be asked for, as is the syntax of modules, is seen when it fails.
 */

function tellOldBrowsers() {
  const root = document.documentElement

  /** @param {string} id  of the sentence */
  function tell(id) {
    const hidden = document.querySelectorAll('main, .engines, .view, .foot')
    for (let number = 0; number < hidden.length; number++) {
      hidden[number].setAttribute('hidden', '')
    }
    document.getElementById(id)?.removeAttribute('hidden')
    root.setAttribute('data-composed', '')
  }

  /** @param {Event} event */
  function failed(event) {
    if (root.hasAttribute('data-composed')) {
      return
    }
    const { target } = event
    if (target instanceof HTMLScriptElement) {
      tell('incomplete')
    } else if (event instanceof ErrorEvent && own(event.filename)) {
      tell('too-old')
    }
  }

  /** @param {string} url  of a script: extensions run theirs in the page too */
  function own(url) {
    return url.indexOf(location.origin) === 0
  }

  const enough =
    'noModule' in document.createElement('script') &&
    'WebAssembly' in window &&
    'BroadcastChannel' in window &&
    'withResolvers' in Promise &&
    CSS.supports('color', 'light-dark(#000, #fff)')
  if (!enough) {
    tell('too-old')
  }
  window.addEventListener('error', failed, true)
}

tellOldBrowsers()
