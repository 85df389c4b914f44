/** A worker that writes an archive of as many members as it is told. */

import { workerData } from 'node:worker_threads'
import { zipSink } from '../../js/sink/zip.js'
import { fileTarget, instance, JOB } from './zipping.js'

const sink = zipSink(fileTarget(workerData.path), () => [])
for (let number = 0; number < workerData.count; number++) {
  await sink.add(null, instance(`DICOM/${number}`, `${number}`, 0), JOB)
}
await sink.close()
