/**
 * A bounded load of every kind of call from every kind of thread, while the runner is
 * disturbed, with a ledger that has to balance.
 */
@NullMarked
package io.palitra.stress.soak;

import org.jspecify.annotations.NullMarked;
