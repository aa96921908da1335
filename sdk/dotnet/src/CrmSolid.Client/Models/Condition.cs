using System.Text.Json;

namespace CrmSolid.Client;

/// <summary>
/// A condition on contacts, as segments and steps of sequences use it: either one comparison of a field
/// (<see cref="Where"/>) or a combination of conditions.
/// </summary>
public sealed record Condition : ApiModel
{
    /// <summary>Conditions that all hold.</summary>
    public IReadOnlyList<Condition>? All { get; init; }

    /// <summary>Conditions of which at least one holds.</summary>
    public IReadOnlyList<Condition>? Any { get; init; }

    /// <summary>A condition that does not hold.</summary>
    public Condition? Not { get; init; }

    /// <summary>The field that is compared, such as <c>tag</c>, <c>stage</c> or <c>custom.city</c>.</summary>
    public string? Field { get; init; }

    /// <summary>How it is compared.</summary>
    public ConditionOperator? Op { get; init; }

    /// <summary>A string, number or boolean, or a list of them.</summary>
    public JsonElement? Value { get; init; }

    /// <summary>Compares a field with a value.</summary>
    /// <param name="field">Such as <c>tag</c>, <c>stage</c>, <c>score</c> or <c>custom.city</c>.</param>
    /// <param name="op">How to compare.</param>
    /// <param name="value">A string, number or boolean, or a list of them.</param>
    public static Condition Where(string field, ConditionOperator op, object value) =>
        new() { Field = field, Op = op, Value = JsonSerializer.SerializeToElement(value, Json.Options) };

    /// <summary>Holds if all of the conditions hold.</summary>
    public static Condition AllOf(params Condition[] conditions) => new() { All = conditions };

    /// <summary>Holds if at least one of the conditions holds.</summary>
    public static Condition AnyOf(params Condition[] conditions) => new() { Any = conditions };

    /// <summary>Holds if the condition does not.</summary>
    public static Condition NotOf(Condition condition) => new() { Not = condition };
}
