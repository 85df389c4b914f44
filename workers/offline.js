/**
 * The whole app of one version, kept in the browser: it works after the server is gone,
 * and files of two versions never meet. A new version is fetched beside the old one and
 * checked sum by sum. The old one is given until the user agrees and no other tab is
 * open, also by the new worker, which browsers start when all tabs are closed.
 *
 * What it answers carries the policy, also where a host sends no headers: a worker has
 * no other policy than that of its own response. What a host sends stays.
 */

/** Sum of all other files; put in by the build, as are the headers. */
const BUILD = 'none'
/** @type {Record<string, string>} */
const HEADERS = {}

const worker = /** @type {ServiceWorkerGlobalScope} */ (/** @type {unknown} */ (self))
const CACHE = `cordon-${BUILD}`
const MANIFEST = 'manifest.json'
const PAGE = 'index.html'
const POLICY = 'Content-Security-Policy'

/** The cache of what outlives a version. */
const SITE = 'cordon-site'

/** Written by who runs the site, after it was built. */
const CONFIG = 'config.json'

/** Under this name the version is kept that the user has agreed to. */
const AGREED = 'agreed'

/** Headers that are not true any more of what has been read. */
const SPENT = ['Content-Encoding', 'Content-Length', 'Vary']

/** The cache of the version that is given. @type {Promise<string> | undefined} */
let given

worker.addEventListener('install', (event) => event.waitUntil(keep()))
worker.addEventListener('activate', (event) => event.waitUntil(begin()))
worker.addEventListener('fetch', (event) => {
  const { destination, method, url } = event.request
  // a logo may lie anywhere on this host
  if (
    method === 'GET' &&
    (url.startsWith(at('')) || (destination === 'image' && isHere(url)))
  ) {
    event.respondWith(answer(event.request))
  }
})
worker.addEventListener('message', (event) => event.waitUntil(hear(event)))

/** Fetch and check every file of this version, or fail as a whole. */
async function keep() {
  const known = await caches.has(CACHE)
  try {
    await fill(await caches.open(CACHE))
  } catch (error) {
    // another worker may give these files already
    if (!known) {
      await caches.delete(CACHE)
    }
    throw error
  }
  await keepSite()
}

/** @param {Cache} cache */
async function fill(cache) {
  const manifest = await fetch(at(MANIFEST), { cache: 'no-cache' })
  const sums = await manifest.clone().json()
  for (const [name, sum] of Object.entries(sums)) {
    const response = await fetch(at(name), { cache: 'no-cache' })
    const bytes = await response.clone().arrayBuffer()
    if (!response.ok || (await sumOf(bytes)) !== sum) {
      throw new Error('another version is being laid out')
    }
    await cache.put(at(name), withPolicy(response))
  }
  await cache.put(at(MANIFEST), withPolicy(manifest))
}

/** Keep what who runs the site has added to it, as far as it can be had. */
async function keepSite() {
  const logo = logoOf(await saidBy(await config()))
  const image = logo ? await newest(logo) : null
  if (image?.ok) {
    await (await caches.open(SITE)).put(logo, withPolicy(image))
  }
}

/** The first version needs no agreement, nor one whose predecessor is lost. */
async function begin() {
  if ((await version()) === CACHE) {
    await agree()
  }
  await forget()
}

/** The name of the cache whose files are given. */
function version() {
  given ??= agreed()
  return given
}

async function agreed() {
  const site = await caches.open(SITE)
  const name = await (await site.match(at(AGREED)))?.text()
  return name && (await caches.has(name)) ? name : CACHE
}

async function agree() {
  await (await caches.open(SITE)).put(at(AGREED), new Response(CACHE))
  given = undefined
}

/** Remove the files of versions that nobody will be given. */
async function forget() {
  const needed = [CACHE, await version()]
  const names = await caches.keys()
  const old = names.filter((name) => /^cordon-[0-9a-f]+$/.test(name))
  await Promise.all(
    old.filter((name) => !needed.includes(name)).map((name) => caches.delete(name)),
  )
}

/** @param {ExtendableMessageEvent} event */
async function hear({ data, source }) {
  if (data === 'newer?' && (await version()) !== CACHE) {
    source?.postMessage('newer')
  } else if (data === 'update') {
    const tabs = await worker.clients.matchAll({ includeUncontrolled: true })
    if (tabs.length > 1) {
      source?.postMessage('other-tabs')
      return
    }
    await agree()
    await worker.skipWaiting()
    await forget()
    source?.postMessage('updated')
  }
}

/** @param {Request} request */
async function answer(request) {
  const url = new URL(request.url)
  url.search = ''
  const place = url.href === at('') ? at(PAGE) : url.href
  if (place === at(CONFIG)) {
    return config()
  }
  const cache = await caches.open(await version())
  const kept = await cache.match(place)
  if (!kept) {
    return added(request, place)
  }
  return place === at(PAGE) ? page(kept, request) : withAncestors(kept, [])
}

/**
 * What is no part of the app: the newest there is, or a logo as it was last.
 *
 * @param {Request} request
 * @param {string} place
 */
async function added(request, place) {
  const site = await caches.open(SITE)
  try {
    const found = withPolicy(await fetch(request))
    if (found.ok && place === logoOf(await saidBy(await site.match(at(CONFIG))))) {
      await site.put(place, found.clone())
    }
    return withAncestors(found, [])
  } catch (error) {
    const last = await site.match(place)
    if (last) {
      return last
    }
    throw error
  }
}

/**
 * Let the pages that the configuration lists hold this one, as it lets them speak to
 * it. What is said of them may be new, here and in the host's own headers.
 *
 * @param {Response} kept
 * @param {Request} request
 */
async function page(kept, request) {
  const held = request.destination === 'iframe'
  const site = await caches.open(SITE)
  const [said, sent] = await Promise.all([
    held ? config() : site.match(at(CONFIG)),
    held ? newest(at(PAGE), 'HEAD') : null,
  ])
  const { origins } = await saidBy(said)
  const listed = Array.isArray(origins) ? origins.filter(isOrigin) : []
  const now = sent?.ok ? withPolicy(new Response(kept.body, sent)) : kept
  return withAncestors(now, listed)
}

/**
 * The newest configuration there is; the last one without a network, or if what comes
 * is none.
 */
async function config() {
  const site = await caches.open(SITE)
  const found = await newest(at(CONFIG))
  if (found && (await isConfig(found.clone()))) {
    await site.put(at(CONFIG), withPolicy(found.clone()))
    return withPolicy(found)
  }
  const last = await site.match(at(CONFIG))
  return last ?? (found ? withPolicy(found) : new Response('', { status: 503 }))
}

/**
 * @param {string} url
 * @param {string} [method]
 * @returns {Promise<Response | null>}  null without a network
 */
function newest(url, method = 'GET') {
  return fetch(url, { method, cache: 'no-cache' }).catch(() => null)
}

/** @param {Response} response  Having none is a configuration too. */
async function isConfig(response) {
  const said = response.status === 200 && (await response.json().catch(() => null))
  return response.status === 404 || (typeof said === 'object' && said !== null)
}

/**
 * @param {Response | undefined} response  a configuration
 * @returns {Promise<Record<string, unknown>>}
 */
async function saidBy(response) {
  const said = response?.ok
    ? await response
        .clone()
        .json()
        .catch(() => null)
    : null
  return said ?? {}
}

/**
 * @param {Record<string, unknown>} said
 * @returns {string}  the address of the image, or nothing
 */
function logoOf({ logo }) {
  const known = typeof logo === 'string' && logo && URL.canParse(logo, at(''))
  const url = known ? at(logo) : ''
  return isHere(url) ? url : ''
}

/** @param {string} url */
function isHere(url) {
  return url.startsWith(`${worker.location.origin}/`)
}

/** @param {unknown} text  Whether it is an origin, and nothing else. */
function isOrigin(text) {
  return typeof text === 'string' && URL.canParse(text) && new URL(text).origin === text
}

/** @param {Response} response */
function withPolicy(response) {
  return changed(response, (headers) => {
    for (const name of SPENT) {
      headers.delete(name)
    }
    for (const [name, value] of Object.entries(HEADERS)) {
      if (name === POLICY) {
        headers.append(name, value)
      } else if (!headers.has(name)) {
        headers.set(name, value)
      }
    }
  })
}

/**
 * @param {Response} response
 * @param {string[]} origins  that may hold it
 */
function withAncestors(response, origins) {
  return changed(response, (headers) => {
    // browsers would heed this host's older word no more
    if (!headers.has('X-Frame-Options')) {
      headers.append(POLICY, ["frame-ancestors 'self'", ...origins].join(' '))
    }
  })
}

/**
 * @param {Response} response
 * @param {(headers: Headers) => void} change
 */
function changed(response, change) {
  const { status, statusText } = response
  if (!status) {
    // a redirection, which only the browser can follow
    return response
  }
  const headers = new Headers(response.headers)
  change(headers)
  const body = status === 204 ? null : response.body
  return new Response(body, { status, statusText, headers })
}

/** @param {ArrayBuffer} bytes */
async function sumOf(bytes) {
  const sum = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))
  return Array.from(sum, (byte) => byte.toString(16).padStart(2, '0')).join('')
}

/** @param {string} name */
function at(name) {
  return new URL(name, worker.registration.scope).href
}
