using System.Collections;

// The part of xunit that the tests use, with the same signatures.
namespace Xunit;

[AttributeUsage(AttributeTargets.Method)]
public class FactAttribute : Attribute
{
    public virtual string? Skip { get; set; }
}

public sealed class AssertionException(string message) : Exception(message);

public static class Assert
{
    public static void True(bool condition, string? message = null) => Check(condition, message ?? "expected true");

    public static void False(bool condition, string? message = null) => Check(!condition, message ?? "expected false");

    public static void Null(object? value) => Check(value is null, $"expected null, got {Show(value)}");

    public static void NotNull([System.Diagnostics.CodeAnalysis.NotNull] object? value)
    {
        if (value is null)
        {
            throw new AssertionException("expected a value, got null");
        }
    }

    public static void Equal<T>(T expected, T actual) =>
        Check(AreEqual(expected, actual), $"expected {Show(expected)}, got {Show(actual)}");

    public static void NotEqual<T>(T expected, T actual) =>
        Check(!AreEqual(expected, actual), $"expected another value than {Show(actual)}");

    public static void InRange<T>(T actual, T low, T high)
        where T : IComparable =>
        Check(actual.CompareTo(low) >= 0 && actual.CompareTo(high) <= 0, $"expected {low} to {high}, got {actual}");

    public static void Contains(string expected, string? actual) =>
        Check(actual?.Contains(expected, StringComparison.Ordinal) == true, $"expected {expected} in {Show(actual)}");

    public static void DoesNotContain(string unexpected, string? actual) =>
        Check(actual?.Contains(unexpected, StringComparison.Ordinal) != true, $"did not expect {unexpected} in {actual}");

    public static void Contains<T>(T expected, IEnumerable<T> actual) =>
        Check(actual.Contains(expected), $"expected {Show(expected)} in {Show(actual)}");

    public static void Empty(IEnumerable actual) => Check(!actual.Cast<object>().Any(), $"expected nothing, got {Show(actual)}");

    public static void NotEmpty(IEnumerable actual) => Check(actual.Cast<object>().Any(), "expected something, got nothing");

    public static T Single<T>(IEnumerable<T> actual)
    {
        T[] all = actual.ToArray();
        Check(all.Length == 1, $"expected one, got {Show(all)}");
        return all[0];
    }

    public static T IsType<T>(object? actual)
    {
        Check(actual?.GetType() == typeof(T), $"expected a {typeof(T).Name}, got {actual?.GetType().Name ?? "null"}");
        return (T)actual!;
    }

    public static T Throws<T>(Func<object?> code)
        where T : Exception
    {
        try
        {
            code();
        }
        catch (Exception error)
        {
            return IsType<T>(error);
        }
        throw new AssertionException($"expected a {typeof(T).Name}");
    }

    public static async Task<T> ThrowsAsync<T>(Func<Task> code)
        where T : Exception
    {
        try
        {
            await code();
        }
        catch (Exception error)
        {
            return error is T expected && error.GetType() == typeof(T)
                ? expected
                : throw new AssertionException($"expected a {typeof(T).Name}, got {error}");
        }
        throw new AssertionException($"expected a {typeof(T).Name}");
    }

    public static void All<T>(IEnumerable<T> items, Action<T> check)
    {
        foreach (T item in items)
        {
            check(item);
        }
    }

    public static async Task ThrowsAnyAsync<T>(Func<Task> code)
        where T : Exception
    {
        try
        {
            await code();
        }
        catch (T)
        {
            return;
        }
        throw new AssertionException($"expected a {typeof(T).Name}, got nothing");
    }

    private static void Check(bool condition, string message)
    {
        if (!condition)
        {
            throw new AssertionException(message);
        }
    }

    private static bool AreEqual(object? expected, object? actual) => (expected, actual) switch
    {
        (string, string) => Equals(expected, actual),
        (IEnumerable first, IEnumerable second) => first.Cast<object?>().SequenceEqual(second.Cast<object?>()),
        _ => Equals(expected, actual),
    };

    private static string Show(object? value) => value switch
    {
        null => "null",
        string text => $"\"{text}\"",
        IEnumerable items => $"[{string.Join(", ", items.Cast<object?>().Select(Show))}]",
        _ => value.ToString() ?? "",
    };
}
