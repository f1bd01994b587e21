const BY_EXTENSION: Record<string, string> = {
  jpg: "image/jpeg",
  jpeg: "image/jpeg",
  png: "image/png",
  tif: "image/tiff",
  tiff: "image/tiff",
  pdf: "application/pdf",
  mp4: "video/mp4",
  wav: "audio/wav",
};

/** Media type of an upload: what the part says, unless it says nothing useful; then by the extension. */
export function mimeOf(fileName: string, declared: string | undefined): string {
  const named = declared?.split(";")[0]?.trim();
  if (named !== undefined && named !== "" && named !== "application/octet-stream") return named;
  return BY_EXTENSION[fileName.slice(fileName.lastIndexOf(".") + 1).toLowerCase()] ?? "application/octet-stream";
}
