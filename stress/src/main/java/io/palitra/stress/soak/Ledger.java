package io.palitra.stress.soak;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

import org.jspecify.annotations.Nullable;

import io.palitra.spi.RunEvent;
import io.palitra.spi.RunListener;
import io.palitra.spi.RunResult;

/**
 * What became of every call, as those who made them saw it and as the runner told.
 */
final class Ledger implements RunListener {

	private static final int MOST_FAULTS = 20;

	private static final Map<String, Work> WORKS = new HashMap<>();

	static {
		for (Work work : Work.values()) {
			WORKS.put(work.taskName(), work);
		}
		// The name cannot be chosen there.
		WORKS.put("Attempt.await", Work.AWAITING);
	}

	private final Map<Work, Column> columns = new EnumMap<>(Work.class);

	private final ConcurrentLinkedQueue<String> faults = new ConcurrentLinkedQueue<>();

	private final AtomicInteger faultCount = new AtomicInteger();

	Ledger() {
		for (Work work : Work.values()) {
			this.columns.put(work, new Column());
		}
	}

	void seen(Work work, RunResult result) {
		column(work).seen[result.ordinal()].increment();
	}

	/**
	 * Counts a call that was refused before it was one.
	 */
	void refused(Work work) {
		column(work).refused.increment();
	}

	void fault(String fault) {
		if (this.faultCount.incrementAndGet() <= MOST_FAULTS) {
			this.faults.add(fault);
		}
	}

	boolean isFaulty() {
		return this.faultCount.get() > 0;
	}

	List<String> faults() {
		List<String> faults = new ArrayList<>(this.faults);
		if (this.faultCount.get() > MOST_FAULTS) {
			faults.add((this.faultCount.get() - MOST_FAULTS) + " more");
		}
		return faults;
	}

	@Override
	public void onSubmit(RunEvent run) {
		told(run).submitted.increment();
	}

	@Override
	public void onStart(RunEvent run) {
		told(run).started.increment();
	}

	@Override
	public void onEnd(RunEvent run, RunResult result, @Nullable Throwable failure) {
		told(run).told[result.ordinal()].increment();
	}

	private Column told(RunEvent run) {
		Work work = WORKS.get(run.getTaskName());
		if (work == null) {
			fault("a listener was told of the unknown task \"" + run.getTaskName() + "\"");
			return column(Work.IMMEDIATE);
		}
		return column(work);
	}

	private Column column(Work work) {
		return this.columns.get(work);
	}

	long calls() {
		return this.columns.values().stream().mapToLong((column) -> sum(column.seen)).sum();
	}

	long seen(RunResult result) {
		return this.columns.values().stream().mapToLong((column) -> column.seen[result.ordinal()].sum()).sum();
	}

	long submitted() {
		return this.columns.values().stream().mapToLong((column) -> column.submitted.sum()).sum();
	}

	/**
	 * Returns how many calls the runner has told to have ended in some way.
	 */
	long told(RunResult result) {
		return this.columns.values().stream().mapToLong((column) -> column.told[result.ordinal()].sum()).sum();
	}

	/**
	 * Returns what does not add up in a ledger of calls that have all ended.
	 */
	List<String> audit() {
		List<String> found = new ArrayList<>();
		this.columns.forEach((work, column) -> {
			long ended = sum(column.told);
			if (column.submitted.sum() != ended) {
				found.add(work + ": the listener was told of " + column.submitted + " submitted and " + ended
						+ " ended calls");
			}
			if (column.started.sum() > ended) {
				found.add(work + ": the listener was told of " + column.started + " started but only " + ended
						+ " ended calls");
			}
			for (RunResult result : RunResult.values()) {
				long seen = column.seen[result.ordinal()].sum();
				long told = column.told[result.ordinal()].sum();
				// Who is interrupted on entry is refused before there is a call.
				boolean balances = (result == RunResult.INTERRUPTED) ? told <= seen : told == seen;
				if (work.isOneCall() && !balances) {
					found.add(work + ": " + seen + " calls ended in " + result + ", but the listener was told of "
							+ told);
				}
			}
		});
		return found;
	}

	/**
	 * Adds what another ledger holds to this one.
	 */
	void add(Ledger other) {
		other.columns.forEach((work, column) -> column(work).add(column));
		other.faults.forEach(this.faults::add);
		this.faultCount.addAndGet(other.faultCount.get());
	}

	/**
	 * Returns the outcomes of each work as a table.
	 */
	String table() {
		StringBuilder table = new StringBuilder(String.format("%-15s", "work"));
		for (RunResult result : RunResult.values()) {
			table.append(String.format("%12s", result.name().toLowerCase()));
		}
		table.append(String.format("%12s%12s%n", "not allowed", "total"));
		this.columns.forEach((work, column) -> table.append(column.row(work.name().toLowerCase())));
		Column total = new Column();
		this.columns.values().forEach(total::add);
		return table.append(total.row("total")).toString();
	}

	private static long sum(LongAdder[] adders) {
		long sum = 0;
		for (LongAdder adder : adders) {
			sum += adder.sum();
		}
		return sum;
	}

	/**
	 * The counts of one work.
	 */
	private static final class Column {

		private final LongAdder[] seen = adders();

		private final LongAdder[] told = adders();

		private final LongAdder submitted = new LongAdder();

		private final LongAdder started = new LongAdder();

		private final LongAdder refused = new LongAdder();

		private static LongAdder[] adders() {
			LongAdder[] adders = new LongAdder[RunResult.values().length];
			for (int i = 0; i < adders.length; i++) {
				adders[i] = new LongAdder();
			}
			return adders;
		}

		void add(Column other) {
			for (int i = 0; i < this.seen.length; i++) {
				this.seen[i].add(other.seen[i].sum());
				this.told[i].add(other.told[i].sum());
			}
			this.submitted.add(other.submitted.sum());
			this.started.add(other.started.sum());
			this.refused.add(other.refused.sum());
		}

		String row(String name) {
			StringBuilder row = new StringBuilder(String.format("%-15s", name));
			for (LongAdder count : this.seen) {
				row.append(String.format("%12d", count.sum()));
			}
			return row.append(String.format("%12d%12d%n", this.refused.sum(), sum(this.seen))).toString();
		}

	}

}
