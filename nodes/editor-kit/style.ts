import { el } from "./dom.js";

/**
 * Every rule lives below `.clc`; colours only by the editor's own variables, so that light and dark both work. Never the
 * secondary text colour: in Node-RED 4 it stands out too little to be read by everybody (3.5 : 1).
 */
const CSS = `
.clc { min-width: 480px; }
.clc { min-width: 480px; }
.clc .form-row > label { width: 130px; }
.clc .form-row > select { width: 70%; }
.clc .clc-check label { width: auto; }
.clc [hidden], .clc-row [hidden] { display: none !important; }
.clc .form-tips { margin: 4px 0 12px; max-width: none; }
.clc-hint { margin: 2px 0 0 135px; font-size: 12px; color: var(--red-ui-primary-text-color); }
.clc-hint .clc-hint { margin-left: 0; }
.clc .clc-check { margin-bottom: 6px; }
.clc .clc-check input[type=checkbox] { width: auto; margin: 0 6px 0 0; vertical-align: baseline; }
.clc .clc-with-button { display: inline-flex; align-items: center; width: 70%; gap: 4px; vertical-align: middle; }
.clc .clc-with-button > input { flex: 1; width: auto; min-width: 0; margin: 0; }
.clc textarea { width: 70%; font-family: monospace; font-size: 12px; resize: vertical; }
.clc details.clc-fold { margin: 4px 0 12px; border-top: 1px solid var(--red-ui-secondary-border-color); }
.clc details.clc-fold > summary { padding: 8px 0; cursor: pointer; font-weight: bold; color: var(--red-ui-primary-text-color); }
.clc details.clc-fold > summary:focus-visible, .clc button:focus-visible { outline: 1px solid var(--red-ui-form-input-focus-color); outline-offset: 1px; }
.clc fieldset { margin: 0 0 12px; padding: 0; border: 0; min-width: 0; }
.clc legend { display: block; margin: 0 0 6px; padding: 0; width: auto; border: 0; font-size: inherit; line-height: 20px; font-weight: bold; color: var(--red-ui-form-text-color); }
.clc-rows .red-ui-editableList-container { min-height: 36px; }
.clc-row { display: flex; flex-wrap: wrap; align-items: center; gap: 4px; }
.clc-row > .clc-number { min-width: 20px; text-align: right; color: var(--red-ui-primary-text-color); font-variant-numeric: tabular-nums; }
.clc-row input[type=text], .clc-row input[type=number], .clc-row select { margin: 0; min-width: 60px; flex: 1 1 100px; width: auto; }
.clc-row .clc-narrow { flex: 0 1 140px !important; }
.clc-row .clc-grow { flex: 2 1 160px !important; }
.clc-row .clc-break { flex-basis: 100%; height: 0; }
.clc-row .clc-indent { flex: 1 1 100%; margin-left: 24px; display: flex; flex-wrap: wrap; align-items: center; gap: 4px; }
.clc-row .clc-tools { display: inline-flex; gap: 2px; margin-left: auto; order: 1; }
.clc-row > .clc-indent { order: 2; }
.clc-row label { margin: 0; width: auto; white-space: nowrap; }
.clc-row label input[type=checkbox] { width: auto; margin: 0 4px 0 0; vertical-align: baseline; }
.clc-row.clc-invalid > .clc-number, .clc-problem { color: var(--red-ui-text-color-error); }
.clc-result { color: var(--red-ui-primary-text-color); overflow-wrap: anywhere; font-size: 12px; }
.clc-result b { color: var(--red-ui-primary-text-color); font-weight: normal; }
.clc-list { margin: 6px 0 0; padding: 0; list-style: none; font-size: 13px; }
.clc-list li { padding: 3px 0 3px 20px; position: relative; overflow-wrap: anywhere; }
.clc-list li > i { position: absolute; left: 2px; top: 6px; }
.clc-ok > i { color: var(--red-ui-text-color-success); }
.clc-fail > i, .clc-error { color: var(--red-ui-text-color-error); }
.clc-warn, .clc-warn > i { color: var(--red-ui-text-color-warning); }
.clc-muted { color: var(--red-ui-primary-text-color); }
.clc ul.clc-report { margin: 6px 0 0 135px; }
.clc-bar { display: flex; flex-wrap: wrap; align-items: center; gap: 6px; margin: 0 0 8px; }
.clc-bar input[type=text] { flex: 1 1 140px; width: auto; margin: 0; }
.clc-bar select { flex: 0 1 200px; width: auto; margin: 0; }
.clc-row .clc-line { color: var(--red-ui-primary-text-color) !important; flex: 1 1 200px; height: auto; min-height: 24px; padding: 2px 8px; text-align: left; white-space: normal; line-height: 18px; font-size: 13px; overflow-wrap: anywhere; }
.clc-row .clc-line .clc-target { font-weight: bold; }
.clc-row .clc-required { color: var(--red-ui-text-color-error); }
.clc-row.clc-off .clc-line { opacity: 0.55; text-decoration: line-through; }
.clc-row .clc-editor, .clc-row .clc-part { display: block; width: 100%; }
.clc-row .clc-caption { display: block; margin: 6px 0 2px; font-size: 12px; color: var(--red-ui-primary-text-color); }
.clc-row .clc-editor .clc-indent { margin-left: 0; }
.clc-row .clc-labelled { display: inline-flex; flex-direction: column; flex: 1 1 130px; min-width: 0; }
.clc-row .clc-labelled small { font-size: 11px; line-height: 16px; color: var(--red-ui-primary-text-color); overflow: hidden; text-overflow: ellipsis; }
.clc-row .clc-labelled > input, .clc-row .clc-labelled > select { flex: none !important; width: 100%; box-sizing: border-box; }
.clc-row .clc-labelled > .clc-line-of { flex: none; margin: 0; }
.clc-row .clc-test { display: flex; flex-wrap: wrap; flex: 1 1 auto; min-width: 0; gap: 4px; align-items: center; }
.clc-row .clc-box { display: flex; flex-direction: column; flex: 1 1 auto; min-width: 0; padding: 0 0 4px 8px; border-left: 2px solid var(--red-ui-secondary-border-color); }
.clc-row .clc-box > .clc-labelled { flex: none; }
.clc-row .clc-line-of:has(> .clc-box), .clc-row .clc-line-of:has(> .clc-indent) { align-items: flex-start; }
.clc-row .clc-count { flex: 0 1 90px !important; }
.clc-row .clc-break-before { flex-basis: 100%; font-size: 12px; }
.clc-row .clc-line-of, .clc-row .clc-step { display: flex; flex: 1 1 100%; gap: 4px; align-items: center; margin-bottom: 4px; }
.clc-row .clc-line-of .clc-with-button { flex: 1; width: auto; }
.clc-row .clc-step-settings { display: flex; flex: 1; gap: 4px; min-width: 0; }
.clc-row .clc-step-settings input { min-width: 40px; flex: 1 1 60px; }
.clc-row .clc-typed-box { display: inline-block; min-width: 140px; }
.clc .form-row > .red-ui-typedInput-container { width: 70% !important; }
.clc-row .red-ui-typedInput-container { width: 100% !important; }
.clc-row .red-ui-typedInput-container input[type=text] { flex: 1 1 auto; width: 100%; min-width: 0; }
.clc-row .clc-more summary { cursor: pointer; font-size: 12px; margin: 6px 0; color: var(--red-ui-primary-text-color); }
.clc-row textarea { width: 100%; box-sizing: border-box; margin: 0; }
dialog.clc-dialog { width: 540px; max-width: 92vw; padding: 0; border: 1px solid var(--red-ui-primary-border-color); border-radius: 4px;
  font-family: var(--red-ui-primary-font); font-size: var(--red-ui-primary-font-size); line-height: 20px;
  background: var(--red-ui-secondary-background); color: var(--red-ui-primary-text-color); box-shadow: 0 4px 24px rgba(0, 0, 0, 0.35); }
dialog.clc-dialog::backdrop { background: rgba(0, 0, 0, 0.35); }
dialog.clc-dialog header { padding: 10px 14px; font-weight: bold; border-bottom: 1px solid var(--red-ui-secondary-border-color); }
dialog.clc-dialog main { padding: 12px 14px; }
dialog.clc-dialog footer { display: flex; justify-content: flex-end; gap: 6px; padding: 10px 14px; border-top: 1px solid var(--red-ui-secondary-border-color); }
dialog.clc-dialog .clc-body { height: 320px; overflow: auto; border: 1px solid var(--red-ui-form-input-border-color); background: var(--red-ui-form-input-background); }
dialog.clc-dialog input[type=text] { box-sizing: border-box; width: 100%; height: 34px; margin: 0 0 8px; padding: 0 8px; border: 1px solid var(--red-ui-form-input-border-color);
  border-radius: 4px; background: var(--red-ui-form-input-background); color: var(--red-ui-form-text-color); }
dialog.clc-dialog input[type=text]:focus { outline: none; border-color: var(--red-ui-form-input-focus-color); }
dialog.clc-dialog p { margin: 8px 0 0; }
dialog.clc-dialog p:first-child { margin: 0 0 8px; }
dialog.clc-dialog textarea { box-sizing: border-box; width: 100%; height: 320px; font-family: monospace; font-size: 12px; border: 1px solid var(--red-ui-form-input-border-color);
  background: var(--red-ui-form-input-background); color: var(--red-ui-form-text-color); }
.clc-options [role=option] { padding: 5px 10px; cursor: pointer; }
.clc-options [role=option] small { color: var(--red-ui-primary-text-color); margin-left: 6px; }
.clc-options [role=option]:hover { background: var(--red-ui-list-item-background-hover); }
.clc-options [role=option].clc-active { background: var(--red-ui-list-item-background-selected); outline: 1px solid var(--red-ui-form-input-focus-color); outline-offset: -1px; }
.clc-options [role=option][aria-selected=true]::before { content: "\\2713\\00a0"; color: var(--red-ui-text-color-success); }
`;

const ID = "content-lifecycle-style";

/** Puts the kit's rules into the page, once for all our nodes. */
export function useStyle(): void {
  if (document.getElementById(ID) !== null) return;
  document.head.append(el("style", { id: ID }, CSS));
}
