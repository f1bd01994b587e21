/** The byte path for nodes and clients: see `ContentPool`. Loading it starts nothing. */
export { contentPool, sharedPool, type ContentPoolOptions } from "./pool.js";
export { quoted, sendForm, sendOctets, type FormUpload, type OctetUpload } from "./form-upload.js";
export { safeName } from "./names.js";
export type * from "./types.js";
