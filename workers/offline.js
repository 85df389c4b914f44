/**
 * The whole app of one version, kept in the browser: it works after the server is gone,
 * and files of two versions never meet. A new version is fetched beside the old one,
 * checked sum by sum, and waits until the user agrees and no other tab is open.
 *
 * What it answers carries the policy, also where a host sends no headers: a worker has
 * no other policy than that of its own response.
 */

/** Sum of all other files; put in by the build, as are the headers. */
const BUILD = 'none'
/** @type {Record<string, string>} */
const HEADERS = {}

const worker = /** @type {ServiceWorkerGlobalScope} */ (/** @type {unknown} */ (self))
const CACHE = `cordon-${BUILD}`
const MANIFEST = 'manifest.json'
const POLICY = 'Content-Security-Policy'

/** Written by who runs the site, after it was built. */
const CONFIG = 'config.json'

/** From this status on it is the server's fault, and says nothing. */
const FAILING = 500

worker.addEventListener('install', (event) => event.waitUntil(keep()))
worker.addEventListener('activate', (event) => event.waitUntil(forget()))
worker.addEventListener('fetch', (event) => {
  const { method, url } = event.request
  if (method === 'GET' && url.startsWith(worker.registration.scope)) {
    event.respondWith(answer(event.request))
  }
})
worker.addEventListener('message', async (event) => {
  if (event.data === 'update') {
    const tabs = await worker.clients.matchAll({ includeUncontrolled: true })
    if (tabs.length > 1) {
      event.source?.postMessage('other-tabs')
    } else {
      worker.skipWaiting()
    }
  }
})

/** Fetch and check every file of this version, or fail as a whole. */
async function keep() {
  const cache = await caches.open(CACHE)
  const manifest = await fetch(at(MANIFEST), { cache: 'no-cache' })
  await cache.put(at(MANIFEST), await withPolicy(manifest.clone()))
  for (const [name, sum] of Object.entries(await manifest.json())) {
    const response = await fetch(at(name), { cache: 'no-cache' })
    const bytes = await response.clone().arrayBuffer()
    if (!response.ok || (await sumOf(bytes)) !== sum) {
      await caches.delete(CACHE)
      throw new Error('another version is being laid out')
    }
    await cache.put(at(name), await withPolicy(response))
  }
}

/** Remove the files of other versions. */
async function forget() {
  const names = await caches.keys()
  const old = names.filter((name) => /^cordon-[0-9a-f]+$/.test(name) && name !== CACHE)
  await Promise.all(old.map((name) => caches.delete(name)))
}

/** @param {Request} request */
async function answer(request) {
  const url = new URL(request.url)
  url.search = ''
  const place = url.href === worker.registration.scope ? at('index.html') : url.href
  const cache = await caches.open(CACHE)
  if (place === at(CONFIG)) {
    return config(request, cache)
  }
  const kept = (await cache.match(place)) ?? (await withPolicy(await fetch(request)))
  return place === at('index.html') ? withPortals(kept, cache) : kept
}

/**
 * Let the pages that the configuration lists hold this one, as it lets them speak to it.
 *
 * @param {Response} page
 * @param {Cache} cache
 */
async function withPortals(page, cache) {
  const last = await cache.match(at(CONFIG))
  const said = last?.ok ? await last.json().catch(() => null) : null
  const origins = Array.isArray(said?.origins) ? said.origins : []
  const headers = new Headers(page.headers)
  const policy = headers.get(POLICY)
  if (policy) {
    const ancestors = ["'self'", ...origins.filter(isOrigin)].join(' ')
    headers.set(
      POLICY,
      policy.replace(/frame-ancestors .*$/, `frame-ancestors ${ancestors}`),
    )
  }
  const { status, statusText } = page
  return new Response(page.body, { status, statusText, headers })
}

/** @param {unknown} text  Whether it is an origin, and nothing else. */
function isOrigin(text) {
  return typeof text === 'string' && URL.canParse(text) && new URL(text).origin === text
}

/**
 * The newest configuration there is; without a network or a server the last one.
 *
 * @param {Request} request
 * @param {Cache} cache
 */
async function config(request, cache) {
  try {
    const found = await fetch(request)
    if (found.status >= FAILING) {
      throw new Error('the server fails')
    }
    const response = await withPolicy(found)
    await cache.put(at(CONFIG), response.clone())
    return response
  } catch {
    return (await cache.match(at(CONFIG))) ?? new Response('', { status: 404 })
  }
}

/** @param {Response} response */
async function withPolicy(response) {
  const { status, statusText } = response
  const headers = new Headers(HEADERS)
  const type = response.headers.get('Content-Type')
  if (type) {
    headers.set('Content-Type', type)
  }
  return new Response(status === 204 ? null : response.body, {
    ...{ status, statusText, headers },
  })
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
