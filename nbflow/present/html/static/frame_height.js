"use strict";(()=>{var e=()=>parent.postMessage({height:document.documentElement.scrollHeight},"*");addEventListener("load",e);new ResizeObserver(e).observe(document.body);})();
