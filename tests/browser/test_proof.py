"""The self-test and digests in the browser, from the snapshot, which has no files."""

import hashlib
from collections.abc import Callable

import pytest
from builders import Study
from engine import KEY, PROFILE, deidentify
from playwright.sync_api import Page

from cordon.selftest.check import self_test
from cordon.settings import Settings

pytestmark = pytest.mark.browser

PROVE = """async ([key, source]) => {
  const { boot } = await import('./workers/runtime.js')
  const { driver, from } = await boot()
  const bytes = Uint8Array.from(key)
  const data = Uint8Array.from(source)
  const tests = ['{}', '{"retain_uids":true,"sweep":"off"}'].map((settings) => {
    const started = performance.now()
    const made = driver.self_test(settings, bytes)
    return { made, took: performance.now() - started }
  })
  const engine = driver.engine('{"sweep":"warn"}', bytes, '')
  const read = (start, stop) => data.slice(start, stop)
  const opened = { size: data.length, read, packed: undefined, sliced: true }
  const { sha256: member } = engine(opened, () => {}, false, true)
  const { sha256: segments } = engine(opened, undefined, false, true)
  const { sha256: unasked = null } = engine(opened, () => {})
  const head = driver.certificate_head('{"retain_uids":true}')
  const { certify, generateKeys, sign, verifySignature } = await import(
    './js/certificate.js'
  )
  const keys = await generateKeys()
  const files = [{ name: 'A', sha256: member, size: 1 }]
  const signed = await sign(certify(head, files, { files: 1 }), keys.privateKey)
  const good = await verifySignature(signed, keys.publicKey)
  return { from, tests, member, segments, unasked, head, good }
}"""


def test_the_browser_proves_what_the_command_does(
    open_page: Callable[..., Page],
) -> None:
    source = Study().image()
    told = open_page().evaluate(PROVE, [list(KEY), list(source)])
    assert told["from"] == "snapshot"
    chosen = [Settings(), Settings(retain_uids=True, sweep="off")]
    for settings, test in zip(chosen, told["tests"], strict=True):
        expected = [one._asdict() for one in self_test(settings, KEY)]
        assert test["made"]["places"] == expected
        assert test["made"]["passed"] is True
        assert test["took"] < 30_000
    digest = hashlib.sha256(deidentify(source, PROFILE)).hexdigest()
    assert (told["member"], told["segments"], told["unasked"]) == (digest, digest, None)
    assert told["head"]["settings"]["retain_uids"] is True
    assert told["good"] is True
