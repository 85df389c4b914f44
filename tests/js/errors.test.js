import assert from 'node:assert/strict'
import { test } from 'node:test'
import { byCause, canRetry, errorsText } from '../../js/errors.js'
import { add, emptyTally } from '../../js/tally.js'

const CANARY = 'KANARIENVOGEL'

/** Count replies, the last source first; gives the lines of what was not written. */
function problems(...replies) {
  const tally = emptyTally()
  for (const [index, reply] of [...replies.entries()].reverse()) {
    const file = new File([CANARY], CANARY)
    add(tally, { source: { number: index + 1, path: `/${CANARY}`, file }, reply }, null)
  }
  return tally.problems
}

const TRUNCATED = { type: 'unreadable', code: 'truncated', offset: 99 }
const LOST = { type: 'unreadable', code: 'source-lost', offset: 0 }
const OLD_DIRECTORY = { type: 'unreadable', code: 'dicomdir', offset: 0 }
const DIED = { type: 'failed', error: 'EngineDied', where: 'engine', fatal: true }
const HELD_BACK = {
  ...{ type: 'rejected', reason: 'residual' },
  notes: [{ code: 'residual-name', place: '(0018,1160)' }],
}

test('the text has numbers, codes and places in order, and no name', () => {
  const text = errorsText(problems(TRUNCATED, HELD_BACK, DIED, TRUNCATED))
  assert.equal(
    text,
    `Files that were not written, by their number in the run.

files	code
2	truncated
1	engine-error
1	residual

number	outcome	code	at
1	unreadable	truncated	99
2	rejected	residual	name (0018,1160)
3	failed	EngineDied	engine
4	unreadable	truncated	99
`,
  )
})

test('causes are grouped, the most frequent first', () => {
  const groups = byCause(problems(LOST, TRUNCATED, TRUNCATED, LOST, TRUNCATED))
  assert.deepEqual(
    groups.map(([code, { length }]) => [code, length]),
    [
      ['truncated', 3],
      ['source-lost', 2],
    ],
  )
})

test('another attempt is made only at what may go well then', () => {
  const lines = problems(TRUNCATED, LOST, OLD_DIRECTORY, DIED, HELD_BACK)
  const again = lines.filter(canRetry).map(({ number }) => number)
  assert.deepEqual(again.sort(), [2, 4, 5])
})
