package io.palitra;

import java.lang.ref.WeakReference;
import java.net.URL;
import java.net.URLClassLoader;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/**
 * A container that deploys and undeploys an application, which has palitra inside or uses
 * that of the container, see {@link RedeployTests}.
 */
public final class Redeploys {

	private Redeploys() {
	}

	public static void main(String[] args) throws Exception {
		// Its threads outlive the applications
		ExecutorService container = Executors.newFixedThreadPool(1, (runnable) -> {
			Thread thread = new Thread(null, runnable, "container", 0, false);
			thread.setDaemon(true);
			return thread;
		});
		container.submit(() -> "started").get(30, TimeUnit.SECONDS);
		List<WeakReference<ClassLoader>> deployed = new ArrayList<>();
		for (int i = 0; i < 2; i++) {
			boolean inside = args[0].equals("inside");
			String how = args[1];
			deployed.add(container.submit(() -> deploy(inside, how)).get(30, TimeUnit.SECONDS));
		}
		for (WeakReference<ClassLoader> application : deployed) {
			System.out.println(isGone(application) ? "gone" : "kept");
		}
		System.exit(0);
	}

	@SuppressWarnings("unchecked")
	private static WeakReference<ClassLoader> deploy(boolean inside, String how) throws Exception {
		URLClassLoader loader = new Application(inside);
		Thread thread = Thread.currentThread();
		ClassLoader outer = thread.getContextClassLoader();
		thread.setContextClassLoader(loader);
		try {
			((Consumer<String>) loader.loadClass(WebApplication.class.getName()).getDeclaredConstructor().newInstance())
				.accept(how);
		}
		finally {
			thread.setContextClassLoader(outer);
			loader.close();
		}
		return new WeakReference<>(loader);
	}

	private static boolean isGone(WeakReference<ClassLoader> reference) {
		long since = System.nanoTime();
		while (reference.get() != null && System.nanoTime() - since < TimeUnit.SECONDS.toNanos(10)) {
			System.gc();
			LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
		}
		return reference.get() == null;
	}

	/**
	 * The class loader of an application.
	 */
	private static final class Application extends URLClassLoader {

		Application(boolean inside) {
			super(urls(inside), inside ? ClassLoader.getPlatformClassLoader() : Redeploys.class.getClassLoader());
		}

		private static URL[] urls(boolean inside) {
			URL tests = WebApplication.class.getProtectionDomain().getCodeSource().getLocation();
			URL core = EventLoopThreadRunner.class.getProtectionDomain().getCodeSource().getLocation();
			return inside ? new URL[] { tests, core } : new URL[] { tests };
		}

		@Override
		protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
			synchronized (getClassLoadingLock(name)) {
				if (name.startsWith(WebApplication.class.getName()) && findLoadedClass(name) == null) {
					return findClass(name);
				}
				return super.loadClass(name, resolve);
			}
		}

	}

}
