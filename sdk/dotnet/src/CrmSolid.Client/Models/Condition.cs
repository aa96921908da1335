using System.Text.Json;

namespace CrmSolid.Client;

/// <summary>
/// A condition on contacts, as segments and steps of sequences use it: either one comparison of a field
/// (<see cref="Where"/>) or a combination of conditions.
/// </summary>
public sealed partial class Condition
{
    /// <summary>Compares a field with a value.</summary>
    /// <param name="field">Such as <c>tag</c>, <c>stage</c>, <c>score</c> or <c>custom.city</c>.</param>
    /// <param name="op">How to compare.</param>
    /// <param name="value">
    /// A string, number, boolean or time, a value such as <see cref="ContactStage.Won"/>, or a list of them; else an
    /// <see cref="ArgumentException"/>.
    /// </param>
    public static Condition Where(string field, ConditionOperator op, object value) =>
        new() { Field = field, Op = op, Value = PlainJson.ToElement(value) };

    /// <summary>Holds if all of the conditions hold.</summary>
    public static Condition AllOf(params Condition[] conditions) => new() { All = conditions };

    /// <summary>Holds if at least one of the conditions holds.</summary>
    public static Condition AnyOf(params Condition[] conditions) => new() { Any = conditions };

    /// <summary>Holds if the condition does not.</summary>
    public static Condition NotOf(Condition condition) => new() { Not = condition };
}
