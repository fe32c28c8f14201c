package io.palitra.spi;

import java.lang.reflect.Type;
import java.util.concurrent.CompletionStage;

/**
 * Makes stages of an asynchronous type of another library, so that the methods that
 * return it can have a synchronous face
 * ({@link io.palitra.EventLoopThreadRunner#blocking(Class, Object)}) and be tasks
 * ({@link io.palitra.EventLoopThreadRunner#adapt}).
 * <p>
 * Called concurrently by all callers.
 */
public interface AsyncAdapter {

	/**
	 * Tells whether this adapter makes stages of a type. Asked when a face is made, and
	 * about the class of a result whose declared type does not tell.
	 * @param type the type
	 * @return whether {@link #toStage(Object)} takes its instances
	 */
	boolean adapts(Class<?> type);

	/**
	 * Returns what the stages complete with, so that a face that cannot fit is refused
	 * when it is made and not when it is called.
	 * @param type a type that this adapter adapts, with its type arguments as far as they
	 * were declared
	 * @return the class of the results, {@code Object} if that is not known
	 */
	default Class<?> resultType(Type type) {
		return Object.class;
	}

	/**
	 * Starts what an asynchronous object stands for, on the loop's thread.
	 * @param source an instance of a type that this adapter adapts
	 * @return the stage of its result, with {@code null} where there is none; cancelling
	 * the stage has to cancel the work. A result that may come all the same is lost
	 * unless the stage is a {@link LateResultSource}, as those of
	 * {@link io.palitra.CallbackTasks} and {@link io.palitra.PublisherTasks} are
	 */
	CompletionStage<?> toStage(Object source);

}
