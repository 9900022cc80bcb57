// What the pages' scripts find beside themselves.

/** plotly.js, which stands in the page. */
declare const Plotly: any;
/** Texts of the studio: key -> [English, Japanese], and English -> Japanese; the program puts them before the script. */
declare const STUDIO_TEXTS: { page: Record<string, [string, string]>; words: Record<string, string> };
