/** The tests of what needs no browser. */
import './camera.test';
import './walk.test';
import './states.test';
import './keys.test';
import './quietly.test';
import './roving.test';
import './sorting.test';
