"""The look of the panel: the front end's own colours, light and dark."""

from __future__ import annotations

from nbflow.html.style import STYLE

_PANEL = """
.nbflow-panel{border:1px solid var(--jp-border-color2,rgba(128,128,128,.35));border-radius:6px;
padding:10px 12px 12px;margin:2px 0;box-sizing:border-box;width:100%;max-width:1280px;
overflow:hidden;container-type:inline-size;gap:8px;background:var(--jp-layout-color1,transparent);
color:var(--jp-content-font-color1,inherit)}
.nbflow-panel .widget-html,.nbflow-panel .widget-html-content{line-height:1.45;height:auto;
min-height:0;margin:0;font-size:var(--jp-ui-font-size1,13px)}
.nbflow-panel .widget-html{width:auto;min-width:0;align-self:stretch}
.nbflow-panel .widget-box{overflow:visible;margin:0}
.nbflow-style{display:none}
.nbflow-panel .nbflow-hidden{display:none!important}
.nbflow-panel .nbflow-unseen{visibility:hidden}
.nbflow-head-line{display:flex;flex-wrap:wrap;gap:2px 12px;align-items:baseline}
.nbflow-head-line>span{overflow-wrap:anywhere;min-width:0}
.nbflow-panel .nb-state>b{display:inline-block;width:1.1em;text-align:center}
.nbflow-head-line .nbflow-name{font-size:1.15em;font-weight:600}
.nbflow-track{display:flex;height:4px;border-radius:2px;margin:6px 0 0;overflow:hidden;
background:var(--jp-layout-color3,rgba(128,128,128,.25))}
.nbflow-track i{display:block;height:100%;background:var(--jp-brand-color1,#2f86d6);
transition:width .3s}
.nbflow-track .nb-failed{background:var(--jp-error-color1,#d9483b)}
.nbflow-track .nb-done{background:var(--jp-success-color1,#2a9d5c)}
.nbflow-tools{display:flex;flex-wrap:wrap;gap:6px;align-items:center}
.nbflow-panel .jupyter-button{border-radius:4px;width:auto;min-width:0;margin:0;padding:0 12px;
flex:none}
.nbflow-panel .jupyter-button:focus-visible{outline:2px solid var(--jp-brand-color1,#2f86d6);
outline-offset:1px;box-shadow:none}
.nbflow-panel .nbflow-icon,.nbflow-panel .nbflow-back{padding:0 8px;background:transparent;
color:var(--jp-ui-font-color2,inherit)}
.nbflow-panel .nbflow-icon i,.nbflow-panel .nbflow-back i{margin:0}
.nbflow-panel .jupyter-button:disabled{opacity:.45}
.nbflow-panel .jupyter-button:is(.mod-primary,.mod-danger){color:#fff}
.nbflow-panel .widget-dropdown>select{background-image:url("data:image/svg+xml,\
%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 20 20'%3E\
%3Cpath fill='none' stroke='%23888' stroke-width='2' d='M5 8l5 5 5-5'/%3E%3C/svg%3E")}
.nbflow-panel .widget-checkbox{width:auto;margin:0 4px 0 6px;min-width:0}
.nbflow-selection{display:flex;gap:6px;flex:1 1 140px;align-items:center;min-width:0}
.nbflow-selection:has(.nbflow-names:not(.nbflow-hidden)){flex-basis:300px}
.nbflow-tools>.widget-hbox{align-items:center}
.nbflow-panel .widget-checkbox input{margin:0 6px 0 0}
.nbflow-panel .widget-checkbox label{display:flex;align-items:center}
.nbflow-panel .nbflow-mode{width:130px;flex:none;margin:0}
.nbflow-panel .nbflow-names{flex:1 1 auto;margin:0;min-width:120px;height:auto;min-height:28px;
border:1px solid var(--jp-border-color2,#999);border-radius:2px;box-sizing:border-box;
padding:1px 4px;background:var(--jp-input-background,transparent)}
.nbflow-panel .nbflow-names .jupyter-widget-tag{margin:1px 2px;border-radius:3px;flex:none;
width:auto}
.nbflow-panel .nbflow-names{flex-flow:row wrap;justify-content:flex-start}
.nbflow-panel .nbflow-names input{min-width:10em;color:inherit;background:transparent}
.nbflow-panel .widget-text,.nbflow-panel .widget-dropdown,.nbflow-panel .widget-textarea,
.nbflow-panel .widget-select-multiple,.nbflow-panel .widget-datepicker,
.nbflow-panel .widget-slider,.nbflow-panel .widget-hslider{margin:0;min-width:0}
.nbflow-notice{margin:2px 0}
.nbflow-notice .nbflow-box{border-left:3px solid var(--jp-info-color1,#2f86d6);
padding:6px 10px;background:var(--jp-layout-color2,rgba(128,128,128,.1));overflow-wrap:anywhere;
white-space:pre-wrap;max-height:260px;overflow:auto}
.nbflow-notice .nbflow-bad{border-left-color:var(--jp-error-color1,#d9483b)}
.nbflow-panel .nbflow-linked{margin:0}
.nbflow-linked,.nbflow-linked .jp-OutputArea-output{overflow:visible}
.nbflow-linked .jp-OutputPrompt,.nbflow-linked .jp-OutputArea-prompt,
.nbflow-linked .jp-OutputArea-promptOverlay{display:none}
.nbflow-linked .jp-RenderedHTMLCommon{padding:0;font-size:var(--jp-ui-font-size1,13px)}
.nbflow-linked a{color:var(--jp-content-link-color,#2f86d6)}
.nbflow-opener>.widget-hbox{display:flex;flex-wrap:wrap;gap:2px 18px;align-items:baseline}
.nbflow-opener .jp-OutputArea-output{padding:0}
.nbflow-opener .nbflow-link i{display:none}
.nbflow-panel .jupyter-button.nbflow-link{padding:0;height:auto;line-height:1.6;
background:transparent;color:var(--jp-content-link-color,#2f86d6);box-shadow:none}
.nbflow-panel .jupyter-button.nbflow-link:hover{text-decoration:underline}
.nbflow-canvas{width:auto}
.nbflow-panel .jupyter-widget-tab,.nbflow-panel .widget-tab{margin:0;width:auto}
.nbflow-panel .widget-tab>.widget-tab-contents{padding:10px 2px 0;border:0;
border-top:1px solid var(--jp-border-color2,rgba(128,128,128,.35))}
.nbflow-panel .widget-tab>.lm-TabBar .lm-TabBar-tab{flex:0 1 auto;min-width:0;margin:0;
padding:4px 14px;border:0;background:transparent;border-bottom:2px solid transparent;
color:var(--jp-ui-font-color2,inherit)}
.nbflow-panel .widget-tab>.lm-TabBar .lm-TabBar-tab::before{display:none}
.nbflow-panel .widget-tab>.lm-TabBar .lm-TabBar-tab.lm-mod-current{transform:none;
color:var(--jp-ui-font-color0,inherit);border-bottom-color:var(--jp-brand-color1,#2f86d6)}
.nbflow-line{display:flex;flex-wrap:wrap;gap:6px;align-items:center}
.nbflow-line>.widget-html{align-self:center}
.nbflow-panel .widget-tab-contents>.widget-vbox{gap:10px}
.nbflow-panel .nbflow-choice{width:240px;flex:0 1 auto}
.nbflow-line>.widget-text{width:200px;flex:0 1 auto}
.nbflow-form{gap:6px}
.nbflow-form>.widget-vbox{display:block;columns:400px;column-gap:28px}
.nbflow-form>.widget-vbox:has(>.widget-accordion){columns:auto}
.nbflow-panel .nbflow-group{gap:6px;margin-bottom:10px;break-inside:avoid}
.nbflow-heading{font-weight:600;padding-bottom:2px;
border-bottom:1px solid var(--jp-border-color3,rgba(128,128,128,.25))}
.nbflow-field{display:grid;grid-template-columns:minmax(90px,130px) minmax(0,1fr);gap:0 10px;
margin:3px 0}
.nbflow-field>.widget-html{padding-top:4px}
.nbflow-label{font-weight:500;overflow-wrap:anywhere}
.nbflow-needed,.nbflow-wrong{color:var(--jp-error-color1,#d9483b)}
.nbflow-wrong{overflow-wrap:anywhere;font-size:.95em}
.nbflow-help{opacity:.7;font-size:.92em;overflow-wrap:anywhere}
.nbflow-panel .nbflow-control{flex:1 1 auto;width:auto;max-width:320px}
.nbflow-panel .nbflow-control.widget-checkbox{margin-left:0;height:28px;align-items:center}
.nbflow-control.widget-checkbox label{height:28px;line-height:1}
.nbflow-bounded>.widget-slider,.nbflow-bounded>.widget-hslider{flex:1 1 60px;width:auto}
.nbflow-bounded .slider-container{margin:0 6px 0 8px}
.nbflow-panel .nbflow-bounded>.widget-text{flex:none;width:76px}
.nbflow-panel .nbflow-control textarea{min-height:4.5em}
.nbflow-search{margin-bottom:4px}
.nbflow-panel .widget-accordion{margin:0}
.nbflow-split{display:grid!important;grid-template-columns:minmax(0,3fr) minmax(0,2fr);
gap:8px 20px;align-items:start}
.nbflow-panel .nbflow-made{grid-column:1/-1;border-left:0;padding-left:0}
.nbflow-steps{max-height:274px;overflow:auto!important;display:block!important}
.nbflow-row{display:grid;grid-template-columns:minmax(8em,min(45%,var(--nbflow-names,16em)))
84px minmax(84px,.5fr) minmax(100px,2fr);gap:0 10px;padding:3px 4px;
border-bottom:1px solid var(--jp-border-color3,rgba(128,128,128,.18))}
.nbflow-row>.nbflow-cut{display:flex;text-overflow:clip}
.nbflow-cut b{overflow:hidden;text-overflow:ellipsis;white-space:pre;flex:0 1 auto;min-width:1em}
.nbflow-cut b+b{flex:none;max-width:60%}
.nbflow-row>span{overflow:hidden;text-overflow:ellipsis;white-space:nowrap}
.nbflow-row>span:nth-child(3){font-variant-numeric:tabular-nums}
.nbflow-panel [data-row]{cursor:pointer}
.nbflow-panel [data-row]:hover{background:var(--jp-layout-color2,rgba(128,128,128,.1))}
.nbflow-panel [data-row]:focus-visible{outline:2px solid var(--jp-brand-color1,#2f86d6);
outline-offset:-2px}
.nbflow-row>span:nth-child(4){display:-webkit-box;-webkit-box-orient:vertical;
-webkit-line-clamp:2;white-space:normal;overflow-wrap:anywhere}
.nbflow-panel .nbflow-history .nbflow :is(td,th):first-child{padding-left:6px}
.nbflow-history .nbflow-scroll td:is(:nth-child(4),:nth-child(5)){white-space:normal!important;
min-width:8em}
.nbflow-row .nb-bar{width:2.2em}
.nbflow-panel.nbflow-panel [data-row].nbflow-chosen{
background:color-mix(in srgb,var(--jp-brand-color1,#2f86d6) 15%,transparent)}
.nbflow-detail div:has(>.nb-failed){margin-top:6px}
.nbflow-detail{gap:6px;border-left:1px solid var(--jp-border-color3,rgba(128,128,128,.25));
padding-left:18px;min-width:0}
.nbflow-detail>.nbflow-choice,.nbflow-written>.nbflow-choice{width:100%;max-width:320px}
.nbflow-panel .nbflow-named>.widget-label{width:auto;min-width:3.2em;text-align:left;
font-weight:500}
.nbflow-panel .nbflow-quiet>.widget-label,.nbflow-quiet .widget-label-basic>span{
position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
.nbflow-error{color:var(--jp-error-color1,#d9483b);font-weight:600;overflow-wrap:anywhere;
white-space:pre-wrap;max-height:9em;overflow:auto;margin:2px 0}
.nbflow-panel .nb-picture{max-width:100%;max-height:480px;background:#fff;border-radius:4px;
margin:4px 0}
.nbflow-table-line{display:flex;gap:12px;align-items:baseline;justify-content:space-between;
margin-bottom:2px}
.nbflow-panel .nbflow-copy{font:inherit;font-size:.92em;padding:1px 8px;cursor:pointer;
border:1px solid var(--jp-border-color2,#999);border-radius:3px;background:transparent;
color:inherit}
.nbflow-panel .nbflow-copy:hover{background:var(--jp-layout-color2,rgba(128,128,128,.1))}
.nbflow-panel :is(button,pre,.nbflow-scroll,a):focus-visible{
outline:2px solid var(--jp-brand-color1,#2f86d6);outline-offset:-2px}
.nbflow-panel .nbflow-scroll thead th{position:sticky;top:0;z-index:1;
background:var(--jp-layout-color1,Canvas)}
.nbflow-scroll th>button{display:block;font:inherit;font-weight:600;padding:0;border:0;
background:none;color:inherit;cursor:pointer;width:100%;text-align:inherit}
.nbflow-scroll th>button:hover{text-decoration:underline}
.nbflow-scroll th[aria-sort=ascending]>button::after{content:" ↑"}
.nbflow-scroll th[aria-sort=descending]>button::after{content:" ↓"}
.nbflow-scroll td{max-width:28em;overflow:hidden;text-overflow:ellipsis}
.nbflow-panel .nbflow-detail .widget-html-content{min-width:0;max-width:100%;overflow:hidden}
.nbflow-panel .nbflow pre{max-height:320px;overflow:auto}
.nbflow-detail>.widget-html:has(>.widget-html-content:empty){display:none}
.nbflow-log{max-height:240px;overflow:auto!important}
.nbflow-scroll{overflow:auto;max-height:320px}
.nbflow-scroll table{white-space:nowrap}
.nbflow-scroll td,.nbflow-scroll th{white-space:nowrap!important}
@container (max-width:820px){.nbflow-split{grid-template-columns:minmax(0,1fr)}
.nbflow-detail{border-left:0;padding-left:0;padding-top:8px}}
@container (max-width:560px){
.nbflow-row{grid-template-columns:minmax(90px,1fr) 84px minmax(60px,auto)}
.nbflow-row>span:nth-child(4){grid-column:1/-1;opacity:.8}
.nbflow-row>span:nth-child(4):empty{display:none}
.nbflow-panel .jupyter-button{padding:0 9px}
.nbflow-history :is(td,th):is(:nth-child(3),:nth-child(4),:nth-child(6)){display:none}
.nbflow-panel .nbflow-mode{width:auto;flex:1 1 100px;max-width:130px}
.nbflow-field{grid-template-columns:minmax(0,1fr)}}
.jp-OutputArea:has(.nbflow-panel) .jp-OutputArea-child:has(.nbflow-still),
.nbflow-still:has(~ .nbflow-panel){display:none}
.nbflow-panel.jupyter-widgets-disconnected::before{display:block;position:static;font:inherit;
content:"The kernel of this panel has ended. Run its cell again: it shows the run that goes on.";
color:var(--jp-warn-color1,#c98a00);margin-bottom:6px}
.nbflow-panel .jupyter-widgets-disconnected::before{display:none}
.nbflow-panel.jupyter-widgets-disconnected{opacity:.75}
.nbflow-panel.jupyter-widgets-disconnected .jupyter-button{pointer-events:none}
"""
CSS = STYLE + _PANEL.replace("\n", " ")
