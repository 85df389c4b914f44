/** How ZIP archives are read: what they say is judged later, member by member. */

/** Options for zip.js. Names are for the screen only, so none is refused. */
export const LENIENT = { filenameValidation: /** @type {const} */ ('tolerant') }
