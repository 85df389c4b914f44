/**
 * Patients, studies and series of the result, by their new IDs. A branch is made when
 * it is opened, so hundreds of series cost nothing before.
 */

import { say } from '../words.js'
import { byId, many } from './dom.js'
import { made } from './elements.js'

/** @import { Tree } from '../tally.js' */

/** @param {Tree} tree */
export function growTree(tree) {
  const studies = [...tree.values()].flatMap((one) => [...one.values()])
  const fold = /** @type {HTMLDetailsElement} */ (byId('tree-fold'))
  fold.hidden = !tree.size
  fold.open = false
  byId('tree-summary').textContent = [
    many('count.patients', tree.size),
    many('count.studies', studies.length),
    many(
      'count.series',
      sum(studies, (series) => series.size),
    ),
  ].join(' · ')
  byId('tree').replaceChildren()
  fold.ontoggle = () => {
    if (fold.open && !byId('tree').hasChildNodes()) {
      byId('tree').append(...[...tree].map(patient))
    }
  }
}

/** @param {[string, Map<string, Map<string, number>>]} entry */
function patient([id, studies]) {
  const numbers = [...studies.values()]
  return branch(
    id || say('tree.nobody'),
    [
      many('count.studies', studies.size),
      many('count.instances', sum(numbers, instances)),
    ],
    () => [...studies].map(study),
  )
}

/** @param {[string, Map<string, number>]} entry */
function study([uid, series]) {
  return branch(
    uid,
    [many('count.series', series.size), many('count.instances', instances(series))],
    () => [...series].map(([id, number]) => leaf(id, many('count.instances', number))),
  )
}

/** @param {Map<string, number>} series */
function instances(series) {
  return sum([...series.values()], (number) => number)
}

/**
 * @param {string} id
 * @param {string[]} counts
 * @param {() => HTMLElement[]} grow  makes what is below
 */
function branch(id, counts, grow) {
  const item = document.createElement('li')
  const fold = document.createElement('details')
  const summary = document.createElement('summary')
  const below = document.createElement('ul')
  summary.append(...named(id, counts.join(' · ')))
  fold.append(summary, below)
  fold.ontoggle = () => {
    if (fold.open && !below.hasChildNodes()) {
      below.append(...grow())
    }
  }
  item.append(fold)
  return item
}

/**
 * @param {string} id
 * @param {string} counts
 */
function leaf(id, counts) {
  const item = document.createElement('li')
  item.append(...named(id, counts))
  return item
}

/**
 * @param {string} id
 * @param {string} counts
 */
function named(id, counts) {
  return [made('code', id), ' ', made('span', counts, 'muted')]
}

/**
 * @template T
 * @param {T[]} items
 * @param {(item: T) => number} measure
 */
function sum(items, measure) {
  return items.reduce((total, item) => total + measure(item), 0)
}
