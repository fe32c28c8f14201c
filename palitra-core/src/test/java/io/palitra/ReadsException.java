package io.palitra;

import java.io.ByteArrayInputStream;
import java.io.ObjectInputStream;
import java.util.Arrays;
import java.util.Base64;

/**
 * A program without palitra that reads an exception, see {@link C03SerializationTests}.
 */
public final class ReadsException {

	private ReadsException() {
	}

	public static void main(String[] args) throws Exception {
		byte[] bytes = Base64.getDecoder().decode(args[0]);
		try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(bytes))) {
			Throwable read = (Throwable) in.readObject();
			System.out.println(read);
			Arrays.stream(read.getSuppressed()).forEach((suppressed) -> {
				System.out.println("suppressed " + suppressed.getMessage());
				System.out.println("at " + suppressed.getStackTrace()[0].getClassName());
			});
		}
	}

}
